using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Pruning.Latency;

/// <summary>How networks are timed on this machine.</summary>
internal static class InferenceTimes
{
    /// <summary>How often a part of a network runs.</summary>
    public static TurnPlan PartTurns { get; } = new() { Fewest = 7, Most = int.MaxValue, Seconds = 0.03 };

    /// <summary>How often a whole network and a cut one run.</summary>
    public static TurnPlan NetworkTurns { get; } = new();

    /// <summary>Runs networks in turns.</summary>
    /// <param name="graphs">The networks.</param>
    /// <param name="threads">libtorch's threads meanwhile.</param>
    /// <param name="plan">How often each runs.</param>
    /// <param name="open">Makes one of them ready to run.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TurnTimes Take(
        IReadOnlyList<Graph> graphs, int threads, TurnPlan plan, Func<Graph, ReadyNetwork> open,
        CancellationToken cancellation)
    {
        var before = TorchRuntime.Threads;
        var networks = new List<ReadyNetwork>();
        TorchRuntime.Threads = threads;
        try
        {
            foreach (var graph in graphs)
            {
                networks.Add(open(graph));
            }

            return TurnTimes.Take(
                networks.Select(network => (Action)network.Run), plan, TimeProvider.System, cancellation);
        }
        finally
        {
            networks.ForEach(network => network.Dispose());
            TorchRuntime.Threads = before;
        }
    }
}
