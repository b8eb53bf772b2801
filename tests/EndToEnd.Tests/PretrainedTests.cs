using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>One cycle from trained weights (Tab. 7), on some images of Fashion-MNIST.</summary>
[NoTensorLeaks]
public sealed class PretrainedTests : IDisposable
{
    private const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 256
        seed: 1
        training: { epochs: 3, batch-size: 32, learning-rate: 0.05, schedule: cosine,
          layout: contiguous, padding: never }
        pruning: { target: 0.3, sparsity-start-epoch: 1, latest-cut-epoch: 2 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _first;

    public PretrainedTests()
    {
        _config = _folder.Write("run.yaml", Config);
        _first = _folder.PathOf("first");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_from_trained_weights_begins_where_they_are()
    {
        var weights = Path.Combine(_first, "model.safetensors");
        CommandLine.Run("baseline", _config, "--out", _first, "--set", "training.epochs=8");
        var again = _folder.PathOf("again");

        var trained = CommandLine.Run("train", _config, "--out", again, "--weights", weights);

        trained.AssertGood();
        Assert.Contains($"Starts from the weights of {weights}: ", trained.Output, StringComparison.Ordinal);
        Assert.Contains(" MACs, learning rate 0.05.", trained.Output, StringComparison.Ordinal);
        var (before, after) = (RunLogReader.Read(_first), RunLogReader.Read(again));
        Assert.True(after.Records[0].TrainLoss < 0.7 * before.Records[0].TrainLoss);
        Assert.Equal((null, weights), (before.Summary!.Weights, after.Summary!.Weights));
        Assert.InRange(1 - (double)after.Summary.MacsAfter / after.Summary.MacsBefore, 0.3, 0.35);
        Assert.Contains(
            $"<dd>the weights of {weights}</dd>", File.ReadAllText(Path.Combine(again, "report.html")),
            StringComparison.Ordinal);

        // The configuration that the run leaves starts from the same file.
        var repeated = _folder.PathOf("repeated");
        CommandLine.Run("train", Path.Combine(again, "config.yaml"), "--out", repeated);
        Assert.Equal(
            after.Records.Select(record => record.TrainLoss),
            RunLogReader.Read(repeated).Records.Select(record => record.TrainLoss));
    }

    [Fact]
    public void Narrower_weights_are_pruned_further_and_so_is_a_network_of_a_file()
    {
        CommandLine.Run("train", _config, "--out", _first);
        var pruned = RunLogReader.Read(_first).Summary!.MacsAfter;
        foreach (var start in new[] { "weights=model.safetensors", "model=model.ocs" })
        {
            var (key, file) = (start.Split('=')[0], Path.Combine(_first, start.Split('=')[1]));
            var again = _folder.PathOf(key);

            var trained = CommandLine.Run(
                "train", _config, "--out", again, "--set", $"{key}={file}", "--set", "training.epochs=2", "--set",
                "pruning.sparsity-start-epoch=0", "--set", "pruning.latest-cut-epoch=1");

            trained.AssertGood();
            var summary = RunLogReader.Read(again).Summary!;
            Assert.Equal((pruned, file), (summary.MacsBefore, summary.Weights));
            Assert.True(summary.MacsAfter <= 0.7 * pruned);
            Assert.True(summary.Gate!.Passed);
        }
    }

    [Fact]
    public void Weights_for_other_classes_give_all_but_the_last_layer()
    {
        var weights = _folder.PathOf("hundred.pth");
        CommandLine.Run("export", "cifar_resnet8", "--classes", "100", "--input-channels", "1", "--pytorch", weights);

        var said = CommandLine.Fails("train", _config, "--out", _first, "--weights", weights);

        Assert.Contains("'fc.weight' is [100, 64] instead of [10, 64]", said, StringComparison.Ordinal);
        Assert.EndsWith(
            "or start with a new classifier by `ocs train --reset-classifier` (reset-classifier: true).", said,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_first));
        var trained = CommandLine.Run(
            "train", _config, "--out", _first, "--weights", weights, "--reset-classifier", "--set", "training.epochs=1",
            "--set", "pruning.sparsity-start-epoch=null", "--set", "pruning.latest-cut-epoch=null");
        // One epoch may teach the new layer nothing, and then exit code 3 says so.
        Assert.True(trained.Code is 0 or 3, trained.Error);
        Assert.Contains(
            "reset-classifier: true", File.ReadAllText(Path.Combine(_first, "config.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("could not be read", "--weights", "nowhere.safetensors")]
    [InlineData("could not be read", "--set", "model=nowhere.ocs")]
    [InlineData("w.npz could not be read (Could not find file", "--weights", "w.npz")]
    [InlineData(
        "run.yaml: reset-classifier ignores the last layer of a file's weights; give such a file (weights: FILE, "
        + "or a .onnx or .ocs file as model), or leave it out.",
        "--reset-classifier")]
    public void A_start_that_cannot_be_had_is_told_before_anything_is_written(string sentence, params string[] start)
    {
        Assert.Contains(
            sentence, CommandLine.Fails(["train", _config, "--out", _first, .. start]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_first));
    }

    [Fact]
    public void A_network_of_a_file_for_other_classes_says_how_its_weights_can_be_used()
    {
        var file = _folder.PathOf("hundred.ocs");
        CommandLine.Run(
            "prune", "cifar_resnet8", "--classes", "100", "--input-channels", "1", "--target", "0.5", "--out", file);

        var said = CommandLine.Fails("train", _config, "--out", _first, "--set", $"model={file}");

        Assert.EndsWith(
            "has 100 classes, but fashion-mnist has 10; choose the data set that it was made for, or start with a new "
                + "last layer of 10 classes: --reset-classifier (reset-classifier: true).",
            said,
            StringComparison.Ordinal);
        var trained = CommandLine.Run(
            "train", _config, "--out", _first, "--weights", file, "--reset-classifier", "--set", "training.epochs=1",
            "--set", "pruning.sparsity-start-epoch=null", "--set", "pruning.latest-cut-epoch=null");
        // One epoch may teach the new layer nothing, and then exit code 3 says so.
        Assert.True(trained.Code is 0 or 3, trained.Error);
        using var pruned = OcsFile.Read(file);
        Assert.True(pruned.Graph.Macs > RunLogReader.Read(_first).Summary!.MacsBefore);
    }
}
