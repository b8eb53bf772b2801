using Ocs.Cli.Runtimes;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>What a cut saves of the time of inference on this machine's CPU, one image at a time; weights are drawn.</summary>
internal static class CutLatency
{
    private const ulong Seed = 0;
    private const int Batch = 1;
    private const int WarmUps = 2;
    private const int Rounds = 11;

    /// <summary>The medians of runs in turns, so that what else the machine does hits both networks alike.</summary>
    public static LatencySummary Measure(Graph before, Graph after)
    {
        using var whole = Network(before);
        using var cut = Network(after);
        using var wholeRun = whole.Prepare(NetworkInputs.Random([whole], Batch, Seed));
        using var cutRun = cut.Prepare(NetworkInputs.Random([cut], Batch, Seed));
        var seconds = LatencyTrial.Seconds([wholeRun, cutRun], WarmUps, Rounds, CancellationToken.None);
        return new()
        {
            Runtime = whole.Runtime,
            Batch = Batch,
            Threads = TorchRuntime.Threads,
            SecondsBefore = LatencyTrial.Quantile(seconds[0], 0.5),
            SecondsAfter = LatencyTrial.Quantile(seconds[1], 0.5),
        };
    }

    private static TorchNetwork Network(Graph graph) =>
        new(graph.Name, new OcsModel(graph, ParameterTable.Initialize(graph, Seed), record: null));
}
