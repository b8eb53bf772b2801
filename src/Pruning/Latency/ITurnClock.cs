using Ocs.Graphs;

namespace Ocs.Pruning.Latency;

/// <summary>A clock on this machine that times several networks in turns.</summary>
internal interface ITurnClock : ILatencyClock
{
    /// <summary>Samples of a run.</summary>
    int Batch { get; }

    /// <summary>Threads that compute.</summary>
    int Threads { get; }

    /// <summary>The times of networks that take turns.</summary>
    TurnTimes InTurns(IReadOnlyList<Graph> graphs, TurnPlan plan, CancellationToken cancellationToken = default);
}
