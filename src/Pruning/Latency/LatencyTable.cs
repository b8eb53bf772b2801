using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Latency;

/// <summary>Measures how long a network runs, in seconds. It may have several inputs; its weights do not matter.</summary>
public delegate double LatencyProbe(Graph graph);

/// <summary>
/// What a network costs on this machine by the widths of its groups, the other constraint of Eq. 1: a sum over units of nodes, each
/// measured at a lattice of widths and interpolated between them. Sums miss what nodes cost or save together, so a curve takes them to
/// seconds: it goes through the whole network's time, and through those of the sub-networks that it was corrected with.
/// </summary>
public sealed class LatencyTable : IResourceCount
{
    private const double NanosecondsPerSecond = 1e9;
    private static readonly ImmutableArray<double> Levels = [0.125, 0.25, 0.5, 0.75, 1];

    private readonly ImmutableArray<UnitLattice> _units;
    private readonly SortedDictionary<double, double> _measuredBySum = [];

    private LatencyTable(ImmutableArray<UnitLattice> units, ReadOnlySpan<int> all, double seconds, int measurements)
    {
        (_units, Seconds, Measurements) = (units, seconds, measurements);
        Correct(all, seconds);
    }

    /// <summary>The whole network's time, measured.</summary>
    public double Seconds { get; }

    /// <summary>How many networks were timed; equal ones count once.</summary>
    public int Measurements { get; }

    /// <summary>Times the network and its units.</summary>
    /// <param name="coupling">The network.</param>
    /// <param name="probe">Times a network.</param>
    /// <param name="multiple">Groups are measured where they keep multiples of it.</param>
    public static LatencyTable Measure(CouplingGraph coupling, LatencyProbe probe, int multiple = 8)
    {
        var timed = new Dictionary<string, double>(StringComparer.Ordinal);
        double Time(LatencyUnit unit, Subnetwork subnetwork)
        {
            if (UnitGraph.Of(coupling, unit, subnetwork) is not { } graph)
            {
                return 0;
            }

            var key = string.Join('\n', graph.Nodes.Select(node => $"{node.Operator} {string.Join(',', node.Inputs)} {NodeShapes.Show(node.Shape)}"));
            if (!timed.TryGetValue(key, out var seconds))
            {
                timed.Add(key, seconds = probe(graph));
            }

            return seconds;
        }

        var units = LatencyUnit.Of(coupling)
            .Select(unit => UnitLattice.Measure(unit.Widths, coupling.Groups, Levels, multiple, subnetwork => Time(unit, subnetwork)))
            .ToImmutableArray();
        var whole = probe(coupling.Graph);
        int[] all = [.. coupling.Groups.Select(group => group.Channels)];
        return new(units, all, whole, timed.Count);
    }

    /// <summary>The time of a sub-network by the table, in seconds.</summary>
    public double Predict(ReadOnlySpan<int> kept)
    {
        var sum = Sum(kept);
        var (from, low) = (0.0, 0.0);
        foreach (var (to, measured) in _measuredBySum)
        {
            // Noise must not make a wider network cheaper: the search needs that order.
            var high = Math.Max(low, measured);
            if (sum <= to)
            {
                return low + (high - low) * (sum - from) / (to - from);
            }

            (from, low) = (to, high);
        }

        return low * sum / from;
    }

    /// <summary>From now on the table predicts for this sub-network what was measured of it, and for others near it accordingly.</summary>
    public void Correct(ReadOnlySpan<int> kept, double seconds) => _measuredBySum[Sum(kept)] = seconds;

    private double Sum(ReadOnlySpan<int> kept)
    {
        var seconds = 0.0;
        foreach (var unit in _units)
        {
            seconds += unit.At(kept);
        }

        return seconds;
    }

    long IResourceCount.Of(ReadOnlySpan<int> kept) => (long)(Predict(kept) * NanosecondsPerSecond);
}
