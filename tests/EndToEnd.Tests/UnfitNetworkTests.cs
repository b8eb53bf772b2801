using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.EndToEnd.Tests;

/// <summary>A run whose network is not fit for use says so everywhere, and the whole network is not lost.</summary>
[NoTensorLeaks]
public sealed class UnfitNetworkTests : IDisposable
{
    private const string Config = """
        model: cifar_resnet8
        data: fashion-mnist
        data-limit: 512
        seed: 1
        training: { epochs: 4, batch-size: 64, schedule: cosine, layout: contiguous, padding: never }
        pruning: { target: 0.5 }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _run;

    public UnfitNetworkTests()
    {
        _config = _folder.Write("run.yaml", Config);
        _run = _folder.PathOf("run");
    }

    private string Whole => Path.Combine(_run, "whole.ocs");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cut_without_training_after_it_is_told_as_the_collapse_that_it_is()
    {
        var trained = CommandLine.Run(
            "train", _config, "--out", _run, "--set", "pruning.cut-at-end=true", "--set", "pruning.target=0.95",
            "--set", "pruning.ranking=global", "--set", "pruning.round-to=1");

        Assert.Equal(3, trained.Code);
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.StartsWith("The network has collapsed: ", summary.Problem, StringComparison.Ordinal);
        Assert.EndsWith(
            $"{Whole} holds the network as it was before the cut.", summary.Problem, StringComparison.Ordinal);
        Assert.Equal((true, 4), (summary.CutWasForced, summary.CutEpoch));
        Assert.Contains(summary.Warnings, warning =>
            warning.StartsWith("The sub-network did not become stable in 4 epochs", StringComparison.Ordinal));
        Assert.Contains(summary.Problem!, trained.Error, StringComparison.Ordinal);
        Assert.Contains(
            "The network has collapsed: ", File.ReadAllText(Path.Combine(_run, "report.html")),
            StringComparison.Ordinal);
        var whole = CommandLine.Run("eval", Whole, "--data", "fashion-mnist", "--data-limit", "512", "--json").Json;
        Assert.Equal(summary.AccuracyAtCutBefore, whole.GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public void With_default_options_a_short_run_trains_on_after_the_cut_and_the_whole_network_is_not_kept()
    {
        var trained = CommandLine.Run("train", _config, "--out", _run);

        trained.AssertGood();
        var run = RunLogReader.Read(_run);
        Assert.Equal(
            [RunPhase.Train, RunPhase.Sparsity, RunPhase.Final, RunPhase.Final],
            run.Records.Select(record => record.Phase));
        Assert.Null(run.Summary!.Problem);
        Assert.False(File.Exists(Whole));
    }

    [Fact]
    public void A_run_that_is_stopped_after_the_cut_keeps_the_whole_network()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter(stop, "epoch   2");

        Assert.Equal(130, CommandLine.Run(["train", _config, "--out", _run], output, stop.Token).Code);

        using var whole = OcsFile.Read(Whole);
        Assert.Null(whole.Record);
        Assert.Equal(RunLogReader.Read(_run).Summary!.MacsBefore, whole.Graph.Macs);
        CommandLine.Run("train", "--resume", _run);
        Assert.False(File.Exists(Whole));
    }

    [Fact]
    public void A_run_that_diverges_leaves_a_summary_and_a_report_that_say_so()
    {
        var trained = CommandLine.Run("train", _config, "--out", _run, "--set", "training.learning-rate=1e9");

        Assert.Equal(1, trained.Code);
        var sentence = Assert.Single(trained.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(
            "training has diverged; lower learning-rate or add warmup-epochs.", sentence,
            StringComparison.OrdinalIgnoreCase);
        Assert.Equal(sentence, RunLogReader.Read(_run).Summary!.Problem);
        Assert.Contains(
            "training has diverged", File.ReadAllText(Path.Combine(_run, "report.html")),
            StringComparison.OrdinalIgnoreCase);
        Assert.True(Directory.Exists(Path.Combine(_run, "checkpoints")));
    }

    [Fact]
    public void Weights_that_are_not_numbers_are_refused_by_name()
    {
        var (sound, broken) = (_folder.PathOf("sound.ocs"), _folder.PathOf("broken.ocs"));
        CommandLine.Run("prune", "cifar_resnet8", "--input-channels", "1", "--target", "0.1", "--out", sound);
        using (var model = OcsFile.Read(sound))
        {
            model.Parameters.Replace("bn1.weight", Tensor.Full(model.Parameters["bn1.weight"].Shape, double.NaN));
            OcsFile.Write(broken, model.Graph, model.Parameters, model.Record);
        }

        var sentence =
            $"The weights of {broken} are not finite: 'bn1.weight' is the first parameter with NaN or infinite values. "
            + "Give weights from before the training diverged.";
        Assert.Equal(
            sentence, CommandLine.Fails("prune", broken, "--target", "0.5", "--out", _folder.PathOf("cut.ocs")));
        Assert.Equal(sentence, CommandLine.Fails("train", _config, "--out", _run, "--set", $"model={broken}"));
        Assert.Equal(sentence, CommandLine.Fails("eval", broken, "--data", "fashion-mnist", "--data-limit", "10"));
        Assert.False(File.Exists(_folder.PathOf("cut.ocs")));
    }
}
