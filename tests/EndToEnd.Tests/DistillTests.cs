using Ocs.Cli.Tests;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>A cycle with a teacher, on some images of Fashion-MNIST.</summary>
[NoTensorLeaks]
public sealed class DistillTests : IDisposable
{
    private const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 160
        seed: 1
        training: { epochs: 3, batch-size: 32, learning-rate: 0.05, schedule: cosine,
          layout: contiguous, padding: never }
        pruning: { target: 0.3, sparsity-start-epoch: 1, latest-cut-epoch: 2 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _twin;
    private readonly string _run;

    public DistillTests() =>
        (_config, _twin, _run) = (_folder.Write("run.yaml", Config), _folder.PathOf("twin"), _folder.PathOf("run"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_learns_from_the_folder_of_another_and_says_so_everywhere()
    {
        TrainTwin();

        var trained = CommandLine.Run(
            "train", _config, "--out", _run, "--teacher", _twin, "--set", "distill.kind=dkd", "--set",
            "distill.beta=1");

        trained.AssertGoodOrUnfit();
        Assert.Matches("Learns from .*twin: cifar_resnet8, [0-9,]+ MACs, by dkd\\.", trained.Output);
        var (records, summary) = (RunLogReader.Read(_run).Records, RunLogReader.Read(_run).Summary!);
        Assert.Equal(_twin, summary.Teacher);
        Assert.True(summary.Gate!.Passed);
        Assert.All(records, record => Assert.Equal(
            record.TrainLoss, record.TaskLoss!.Value + record.DistillLoss!.Value, 1e-4));
        Assert.Contains(
            $"<dt>Teacher</dt><dd>{_twin}</dd>", File.ReadAllText(Path.Combine(_run, "report.html")),
            StringComparison.Ordinal);
        var config = File.ReadAllText(Path.Combine(_run, "config.yaml"));
        Assert.Contains("\ndistill:\n  kind: dkd\n", config, StringComparison.Ordinal);
        Assert.Contains($"  teacher: {_twin}\n", config, StringComparison.Ordinal);

        // The configuration that the run leaves has the same teacher.
        var repeated = _folder.PathOf("repeated");
        CommandLine.Run("train", Path.Combine(_run, "config.yaml"), "--out", repeated).AssertGoodOrUnfit();
        Assert.Equal(Weights(_run), Weights(repeated));
    }

    [Fact]
    public void Files_of_every_kind_are_the_same_teacher_or_nearly()
    {
        TrainTwin();
        var losses = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var file in new[] { "model.ocs", "model.safetensors", "model.onnx" })
        {
            var run = _folder.PathOf(file);
            CommandLine.Run(
                "baseline", _config, "--out", run, "--set", $"distill.teacher={Path.Combine(_twin, file)}", "--set",
                "training.epochs=1").AssertGoodOrUnfit();
            losses[file] = RunLogReader.Read(run).Records[0].DistillLoss!.Value;
        }

        Assert.Equal(losses["model.ocs"], losses["model.safetensors"]);
        Assert.Equal(losses["model.ocs"], losses["model.onnx"], 1e-4);
    }

    [Fact]
    public void A_run_from_trained_weights_may_learn_from_these()
    {
        TrainTwin();
        var weights = Path.Combine(_twin, "model.safetensors");
        string[] start = ["train", _config, "--weights", weights, "--set", "training.epochs=2", "--set",
            "pruning.sparsity-start-epoch=0", "--set", "pruning.latest-cut-epoch=1"];
        CommandLine.Run([.. start, "--out", _run, "--teacher", "start"]).AssertGoodOrUnfit();
        CommandLine.Run([.. start, "--out", _folder.PathOf("same"), "--teacher", weights]).AssertGoodOrUnfit();

        Assert.Equal(weights, RunLogReader.Read(_run).Summary!.Teacher);
        Assert.Equal(Weights(_run), Weights(_folder.PathOf("same")));
    }

    [Fact]
    public void A_stopped_run_finds_its_teacher_again_or_says_what_to_do()
    {
        TrainTwin();
        string[] train = ["train", _config, "--teacher", _twin, "--out"];
        CommandLine.Run([.. train, _folder.PathOf("whole")]).AssertGoodOrUnfit();
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter(stop, "epoch   0");
        Assert.Equal(130, CommandLine.Run([.. train, _run], output, stop.Token).Code);
        var moved = _folder.PathOf("moved.ocs");
        File.Copy(Path.Combine(_twin, "model.ocs"), moved);
        Directory.Delete(_twin, recursive: true);

        var gone = CommandLine.Fails("train", "--resume", _run);
        var other = CommandLine.Fails("train", "--resume", _run, "--teacher", Path.Combine(_run, "model.ocs"));
        CommandLine.Run("train", "--resume", _run, "--teacher", moved).AssertGoodOrUnfit();

        Assert.StartsWith("The run's teacher cannot be loaded: ", gone, StringComparison.Ordinal);
        Assert.EndsWith(
            ". Put it back, or give its new path with --teacher FILE.", gone, StringComparison.Ordinal);
        Assert.Equal(
            "The teacher has other weights than the one that the run began with; "
            + "give that one again with --teacher (distill.teacher).", other);
        Assert.Equal(Weights(_folder.PathOf("whole")), Weights(_run));
        Assert.Equal(_twin, RunLogReader.Read(_run).Summary!.Teacher);
    }

    [Fact]
    public void A_run_without_a_teacher_goes_on_without_one()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter(stop, "epoch   0");
        CommandLine.Run(["train", _config, "--out", _run], output, stop.Token);
        Assert.Equal(
            "The run began without a teacher, so --teacher cannot be given; leave it out, or begin a new run.",
            CommandLine.Fails("train", "--resume", _run, "--teacher", "x.ocs"));
    }

    [Fact]
    public void A_plan_counts_the_teacher_in()
    {
        TrainTwin();
        var plan = CommandLine.Run("train", _config, "--dry-run", "--teacher", _twin, "--out", _run);
        plan.AssertGood();
        Assert.False(Directory.Exists(_run));
    }

    [Theory]
    [InlineData("nowhere.ocs could not be read", "--teacher", "nowhere.ocs")]
    [InlineData(
        "The teacher FOLDER is a folder without model.ocs; give the folder of a complete run, or a file.",
        "--teacher", "FOLDER")]
    [InlineData(
        "run.yaml: distill has options, but no teacher; give one (distill.teacher: FILE, or "
        + "--teacher FILE), or leave it out.", "--set", "distill.kind=dkd")]
    [InlineData(
        "run.yaml: the teacher is the run's initial network, but that is not trained; start from a file with its "
        + "last layer (weights: FILE, or a .onnx or .ocs file as model), or name another teacher.",
        "--teacher", "start")]
    [InlineData(
        "Training options: the weight of distillation must lie in (0, 1], but is 2.",
        "--set", "distill.weight=2", "--teacher", "x.ocs")]
    [InlineData("distill.kind must be one of kd, dkd, but is 'dk'", "--set", "distill.kind=dk")]
    [InlineData("there is no key 'distill.temprature'; did you mean", "--set", "distill.temprature=2")]
    public void A_teacher_that_cannot_be_had_is_told_before_anything_is_written(string sentence, params string[] given)
    {
        var said = CommandLine.Fails([
            "train", _config, "--out", _run,
            .. given.Select(word => word.Replace("FOLDER", _folder.Path, StringComparison.Ordinal))]);
        Assert.Contains(
            sentence.Replace("FOLDER", _folder.Path, StringComparison.Ordinal), said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run));
    }

    [Fact]
    public void A_teacher_of_other_classes_or_images_is_told()
    {
        foreach (var (file, options, sentence) in new[]
        {
            ("hundred.ocs", "--classes 100 --input-channels 1", "has 100 classes, but fashion-mnist has 10"),
            ("colours.ocs", "--classes 10 --input-channels 3", "takes images of 3x32x32"),
        })
        {
            var path = _folder.PathOf(file);
            CommandLine.Run(
                ["prune", "cifar_resnet8", .. options.Split(' '), "--target", "0.5", "--out", path]);
            Assert.Contains(
                sentence, CommandLine.Fails("train", _config, "--out", _run, "--teacher", path),
                StringComparison.Ordinal);
        }
    }

    private void TrainTwin() => CommandLine.Run(
        "baseline", _config, "--out", _twin, "--set", "training.epochs=1").AssertGoodOrUnfit();

    private static byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(run, "model.safetensors"));
}

/// <summary>What a short training may end with.</summary>
internal static class ShortTraining
{
    /// <summary>Few steps may teach nothing, and then exit code 3 says so.</summary>
    public static void AssertGoodOrUnfit(this CommandResult result) =>
        Assert.True(result.Code is 0 or 3, result.Error);
}
