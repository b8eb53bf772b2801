using System.Text.Json;
using Ocs.Cli.Tests;

namespace Ocs.EndToEnd.Tests;

/// <summary>`ocs train --sweep`.</summary>
[NoTensorLeaks]
public sealed class SweepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_value_has_its_run_and_a_page_compares_them()
    {
        var runs = _folder.PathOf("runs");
        var config = _folder.Write("run.yaml", """
            model: cifar_resnet8
            data: fashion-mnist
            data-limit: 64
            training: { epochs: 2, batch-size: 32, layout: contiguous, padding: never }
            pruning: { target: 0.5, sparsity-start-epoch: 0, latest-cut-epoch: 1 }
            """);
        string[] command = ["train", config, "--out", runs, "--sweep", "pruning.target=0.3,0.6"];

        var first = CommandLine.Run([.. command, "--json"]);
        var log = File.GetLastWriteTimeUtc(Path.Combine(runs, "target=0.3", "run.jsonl"));
        var again = CommandLine.Run(command);

        var isFit = first.Json.GetProperty("runs").EnumerateArray().All(
            run => run.GetProperty("problem").ValueKind == JsonValueKind.Null);
        Assert.Equal((isFit ? 0 : 3, isFit ? 0 : 3), (first.Code, again.Code));
        var macs = first.Json.GetProperty("runs")
            .EnumerateArray().Select(run => run.GetProperty("macs_after").GetInt64()).ToArray();
        Assert.True(macs[0] > macs[1]);
        Assert.Contains(
            "target 0.6", File.ReadAllText(Path.Combine(runs, "comparison.html")), StringComparison.Ordinal);
        Assert.Equal(log, File.GetLastWriteTimeUtc(Path.Combine(runs, "target=0.3", "run.jsonl")));

        var refused = CommandLine.Run([.. command, "--sweep", "training.speed=1,2"]);
        Assert.Equal(2, refused.Code);
        Assert.False(Directory.Exists(Path.Combine(runs, "target=0.3,speed=1")));
    }
}
