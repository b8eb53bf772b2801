using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Pruning.Saliency;
using Ocs.Training;
using Ocs.Zoo;

namespace Ocs.Cli.Tests.Completing;

/// <summary>What `ocs complete` answers for the last word of a line.</summary>
public sealed class CompleterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_word_is_a_command_and_none_is_hidden() => Assert.Equal(
        Application.Root(new(TextWriter.Null, TextWriter.Null, false, false, CancellationToken.None)).Subcommands
            .Select(command => command.Name).Where(name => name != "complete"),
        Candidates(""));

    [Theory]
    [InlineData("tr", "train")]
    [InlineData("data ", "list check pack")]
    [InlineData("data c", "check")]
    [InlineData("train --re", "--resume --reset-classifier --repeat")]
    [InlineData("train --repeat 3 --re", "--resume --reset-classifier")]
    [InlineData("train --set seed=1 --se", "--seed --set")]
    [InlineData("prune --preset ", "auto paper official")]
    [InlineData("prune --preset=p", "--preset=paper")]
    [InlineData("prune --freeze heads,m", "heads,mlp-width")]
    [InlineData("prune --heads ", "whole same-index")]
    [InlineData("bench --runtimes ", "libtorch onnxruntime")]
    [InlineData("completion ", "bash zsh fish pwsh")]
    [InlineData("eval --device c", "cpu cuda")]
    [InlineData("train --precision f", "fp32 fp16")]
    [InlineData("train --target ", "")]
    [InlineData("train --force tr", "")]
    [InlineData("train -- --se", "")]
    [InlineData("completion bash ", "")]
    [InlineData("models ", "")]
    [InlineData("no-command --x ", "")]
    [InlineData("train --set training.lay", "training.layer-decay= training.layout=")]
    [InlineData("train --set training.layout=c", "training.layout=contiguous training.layout=channels-last")]
    [InlineData("train --set reset-classifier=", "reset-classifier=true reset-classifier=false")]
    [InlineData("train --set pruning.round-to=", "pruning.round-to=auto")]
    [InlineData("train --set pruning.heads=", "pruning.heads=whole pruning.heads=same-index pruning.heads=null")]
    [InlineData("train --set no.such-key=", "")]
    [InlineData(
        "train --sweep pruning.ranking=global,i", "pruning.ranking=global,isomorphic")]
    public void A_word_is_completed_by_its_place(string line, string candidates) =>
        Assert.Equal(Split(candidates), Candidates(line.Split(' ')));

    [Fact]
    public void Names_are_those_that_the_command_takes()
    {
        var models = Models.All.Select(model => model.Name).ToList();
        Assert.Empty(models.Except(Candidates("inspect", "")));
        Assert.Equal(
            models.Where(name => name.StartsWith("swin", StringComparison.Ordinal)),
            Candidates("train", "--model", "swin"));
        Assert.Equal(TrainingDataSource.Names, Candidates("train", "--data", ""));
        Assert.Equal(Choices.Names<SaliencyKind>(), Candidates("prune", "x.onnx", "--saliency", ""));
        Assert.Equal(
            Choices.Names<LayoutChoice>().Select(name => $"training.layout={name}"),
            Candidates("demo", "--set", "training.layout="));
        Assert.Equal(ConfigurationKeys.All.Select(key => $"{key}="), Candidates("train", "--set", ""));
    }

    [Fact]
    public void Files_are_those_that_an_option_takes_and_folders_lead_to_them()
    {
        foreach (var name in (string[])["a.onnx", "b.ocs", "c.yaml", "d.pth", "my files/e.onnx", ".f.onnx", "g.txt"])
        {
            _folder.Write(name, "");
        }

        Assert.Equal(["a.onnx", "b.ocs", "my files/"], Files("inspect", ""));
        Assert.Equal(["c.yaml", "my files/"], Files("train", ""));
        Assert.Equal(["b.ocs", "d.pth", "my files/"], Files("eval", "x.onnx", "--weights", ""));
        Assert.Equal(["my files/e.onnx"], Files("inspect", "my files/"));
        Assert.Equal(["my files/"], Files("eval", "x.onnx", "--data-root", ""));
        Assert.Equal([".f.onnx"], Files("inspect", "."));
        Assert.Equal([], Files("inspect", "no folder/"));
        Assert.Equal(
            [$"weights={_folder.Path}/d.pth"], Candidates("train", "--set", $"weights={_folder.Path}/d"));
    }

    [Fact]
    public void Folders_of_runs_are_whole_and_others_go_on()
    {
        _folder.Write("runs/one/run.jsonl", "");
        _folder.Write("runs/series/seed-0/summary.json", "{}");
        _folder.Write("runs/file", "");

        Assert.Equal(["runs/"], Files("report", ""));
        Assert.Equal(["runs/one", "runs/series/"], Files("report", "runs/"));
        Assert.Equal(["runs/series/seed-0"], Files("train", "--resume", "runs/series/s"));
    }

    // An option without a source takes a number, a pattern or a name of its own; whoever adds another one thinks of it.
    [Fact]
    public void Options_that_complete_nothing_are_known()
    {
        string[] free =
        [
            "--target", "--seed", "--threads", "--repeat", "--processes", "--target-latency", "--latency-batch",
            "--batches", "--batch", "--runs", "--warm-up",
            "--classes", "--input-channels", "--input-size", "--opset", "--image-size", "--resize", "--workers",
            "--validation-split", "--minimum-channels", "--maximum-pruned", "--ignore", "--only", "--exclude",
            "--data-limit", "--ignored-value", "--tolerance", "--score", "--port", "--line", "--breaks",
        ];
        var root = Application.Root(new(TextWriter.Null, TextWriter.Null, false, false, CancellationToken.None));
        var without = root.Subcommands.SelectMany(command => command.Subcommands.Prepend(command))
            .SelectMany(command => command.Options)
            .Where(option => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool))
            .Where(option => option.CompletionSources.Count == 0)
            .Select(option => option.Name)
            .Where(name => name is not ("--help" or "--version"))
            .Distinct(StringComparer.Ordinal);

        Assert.Equal(free.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }

    private static string[] Split(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // Paths from the folder on.
    private List<string> Files(params string[] words) =>
    [
        .. Candidates([.. words[..^1], $"{_folder.Path}/{words[^1]}"])
            .Select(candidate => candidate[(_folder.Path.Length + 1)..]),
    ];

    private static List<string> Candidates(params string[] words)
    {
        var result = CommandLine.Run(["complete", "--", .. words]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        return
        [
            .. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0]),
        ];
    }
}
