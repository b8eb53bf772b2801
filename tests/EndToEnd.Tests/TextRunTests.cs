using Ocs.Cli.Tests;
using Ocs.RunLog;

namespace Ocs.EndToEnd.Tests;

/// <summary>The next token of a text: train, eval and resume by the command.</summary>
[NoTensorLeaks]
public sealed class TextRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;
    private readonly string _run;

    public TextRunTests()
    {
        _run = _folder.PathOf("run");
        _config = _folder.Write("run.yaml", """
            model: gpt_nano
            data: text
            text: { length: 16 }
            training: { epochs: 4, batch-size: 8, optimizer: adamw, layout: contiguous, padding: never }
            pruning: { target: 0.5, resource: parameters }
            """);
        _folder.Write("data/input.txt", string.Concat(Enumerable.Repeat("the cat sat on the mat. ", 80)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_network_is_trained_cut_measured_and_exported()
    {
        var train = Run("train", _config, "--out", _run);

        Assert.Equal((0, ""), (train.Code, train.Error));
        var summary = RunLogReader.Read(_run).Summary!;
        Assert.InRange(summary.ParametersAfter, 1, summary.ParametersBefore / 2);
        Assert.True(summary.Gate!.Passed);
        Assert.True(summary.Onnx!.Equal);
        Assert.Equal(("perplexity", false), (summary.Headline!.Name, summary.Headline.HigherIsBetter));

        // Thirteen different characters; the text repeats itself, so much less than a guess is left.
        Assert.InRange(summary.Headline.Value!.Value, 1, 6);
        Assert.True(File.Exists(Path.Combine(_run, "vocabulary.json")));
        var eval = Run("eval", Path.Combine(_run, "model.ocs"), "--json").Json;
        Assert.Equal(
            summary.Headline.Value.Value, eval.GetProperty("metrics").GetProperty("perplexity").GetDouble(), 1e-4);
    }

    [Fact]
    public void What_does_not_fit_is_a_sentence()
    {
        Assert.Contains("The text was not found as", Fails("--set", "text.file=other.txt"), StringComparison.Ordinal);
        Assert.Contains("Text options: length is 0", Fails("--set", "text.length=0"), StringComparison.Ordinal);
        Assert.Contains(
            "takes an image, not a sequence of tokens", Fails("--set", "model=cifar_resnet8"),
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_run));
    }

    private string Fails(params string[] more)
    {
        var failed = Run(["train", _config, "--out", _run, .. more]);
        Assert.Equal(2, failed.Code);
        return failed.Error;
    }

    private CommandResult Run(params string[] arguments) =>
        CommandLine.Run([.. arguments, "--data-root", _folder.PathOf("data")]);
}
