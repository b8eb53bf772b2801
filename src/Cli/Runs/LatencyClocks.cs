using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.Pruning.Latency;

namespace Ocs.Cli.Runs;

/// <summary>The clocks of the runtimes.</summary>
internal static class LatencyClocks
{
    /// <summary>The clock of a runtime.</summary>
    public static ITurnClock Of(NetworkRuntime runtime, int batch, int threads) =>
        runtime == NetworkRuntime.Onnxruntime ? new OnnxClock(batch, threads) : new LibtorchClock(batch, threads);

    /// <summary>Fails if a batch of a network needs more memory than available.</summary>
    public static void RequireMemory(ITurnClock clock, Graph graph) => new MachineMemory().Require(
        clock.Batch * NetworkMemory.OfInference(graph), $"A batch of {clock.Batch}", "give a smaller --latency-batch");
}
