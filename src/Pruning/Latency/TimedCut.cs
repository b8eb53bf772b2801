using Ocs.Graphs;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Latency;

/// <summary>A cut that was made for a <see cref="LatencyTarget"/>, with its times in seconds.</summary>
public sealed class TimedCut : IDisposable
{
    internal TimedCut(ProvenCut cut, TimedPartition timed, LatencyTarget target)
    {
        (Cut, Whole, Measured, Predicted) = (cut, timed.Whole, timed.Measured, timed.Predicted);
        (RoundTo, Cuts, IsMet) = (timed.Options.RoundTo ?? 1, timed.Cuts, target.IsMetBy(timed.Measured));
    }

    /// <summary>The cut with its proof.</summary>
    public ProvenCut Cut { get; }

    /// <summary>The small network.</summary>
    /// <exception cref="ObjectDisposedException">It was released or disposed.</exception>
    public Network Network => Cut.Network;

    /// <summary>The time of the whole network.</summary>
    public double Whole { get; }

    /// <summary>The time of the small network.</summary>
    public double Measured { get; }

    /// <summary>The predicted time of the small network, from the times of its parts.</summary>
    public double Predicted { get; }

    /// <summary>Whether it is fast enough. If no cut is, this one is the fastest that was tried.</summary>
    public bool IsMet { get; }

    /// <summary>Groups keep multiples of this many channels, as <see cref="PruneOptions.RoundTo"/>.</summary>
    public int RoundTo { get; }

    /// <summary>How many cuts were timed.</summary>
    public int Cuts { get; }

    /// <summary>Disposes the small network unless it was released.</summary>
    public void Dispose() => Cut.Dispose();
}
