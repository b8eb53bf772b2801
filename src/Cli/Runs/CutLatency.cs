using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>What a cut saves of the time of inference on this machine's CPU, one image at a time.</summary>
internal static class CutLatency
{
    private const int Batch = 1;

    public static LatencySummary Measure(Graph before, Graph after)
    {
        var clock = new LatencyClock(NetworkRuntime.Libtorch, Batch, TorchRuntime.Threads);
        return new()
        {
            Runtime = $"libtorch {TorchRuntime.Version}",
            Batch = Batch,
            Threads = clock.Threads,
            SecondsBefore = clock.Seconds(before),
            SecondsAfter = clock.Seconds(after),
        };
    }
}
