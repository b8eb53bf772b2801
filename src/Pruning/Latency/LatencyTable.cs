using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Latency;

/// <summary>
/// The latency of a network as a function of its groups' widths: another resource for Eq. 1. It is a sum over units of
/// nodes. Each unit is measured at a lattice of widths and interpolated between them. A sum ignores costs that units
/// share, so a curve maps the sum to seconds. The curve passes through the time of the whole network and the times of
/// all sub-networks that it was corrected with.
/// </summary>
internal sealed class LatencyTable : IResource
{
    private const double NanosecondsPerSecond = 1e9;
    private static readonly ImmutableArray<double> Levels = [0.125, 0.25, 0.5, 0.75, 1];

    private readonly ImmutableArray<UnitLattice> _units;
    private readonly SortedDictionary<double, double> _measuredBySum = [];

    private LatencyTable(ImmutableArray<UnitLattice> units, ReadOnlySpan<int> all, double seconds)
    {
        (_units, Seconds) = (units, seconds);
        Correct(all, seconds);
    }

    /// <inheritdoc/>
    public string Name => "time";

    /// <summary>The whole network's time, measured.</summary>
    public double Seconds { get; }

    /// <summary>Times the units of a network.</summary>
    /// <param name="coupling">The network.</param>
    /// <param name="seconds">The whole network's time.</param>
    /// <param name="meter">Times a unit.</param>
    /// <param name="limits">
    /// Which widths are measured: those that these limits allow, such as multiples of channels.
    /// </param>
    public static LatencyTable Measure(CouplingGraph coupling, double seconds, LatencyMeter meter, PruningLimits limits)
    {
        int[] all = [.. coupling.Groups.Select(group => group.Channels)];
        return new(
            [
                .. LatencyUnit.Of(coupling).Select(
                    unit => UnitLattice.Measure(unit.Widths, coupling.Groups, Levels, limits, Time(unit))),
            ],
            all,
            seconds);

        Func<Subnetwork, double> Time(LatencyUnit unit) =>
            subnetwork => UnitGraph.Of(coupling, unit, subnetwork) is { } graph ? meter.Seconds(graph) : 0;
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

    /// <summary>
    /// Corrects the table with a measured time. Predictions of similar sub-networks change accordingly.
    /// </summary>
    public void Correct(ReadOnlySpan<int> kept, double seconds) => _measuredBySum[Sum(kept)] = seconds;

    /// <summary>Nanoseconds by the table.</summary>
    public long Count(SubnetworkSizes sizes) => (long)(Predict(sizes.Kept) * NanosecondsPerSecond);

    private double Sum(ReadOnlySpan<int> kept)
    {
        var seconds = 0.0;
        foreach (var unit in _units)
        {
            seconds += unit.At(kept);
        }

        return seconds;
    }
}
