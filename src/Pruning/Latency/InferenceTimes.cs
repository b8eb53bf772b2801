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
    /// <param name="networks">Makes each of them ready to run.</param>
    /// <param name="threads">libtorch's threads meanwhile.</param>
    /// <param name="plan">How often each runs.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TurnTimes Take(
        IEnumerable<Func<ReadyNetwork>> networks, int threads, TurnPlan plan, CancellationToken cancellation)
    {
        var before = TorchRuntime.Threads;
        var ready = new List<ReadyNetwork>();
        TorchRuntime.Threads = threads;
        try
        {
            foreach (var open in networks)
            {
                ready.Add(open());
            }

            return TurnTimes.Take(
                ready.Select(network => (Action)network.Run), plan, TimeProvider.System, cancellation);
        }
        finally
        {
            ready.ForEach(network => network.Dispose());
            TorchRuntime.Threads = before;
        }
    }
}
