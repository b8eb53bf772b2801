using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Latency;

/// <summary>The points of a lattice along some widths.</summary>
/// <param name="Widths">What varies; several vary together.</param>
/// <param name="Kept">By point, how many channels each group of the network keeps.</param>
/// <param name="Places">By point, the mean fraction of the widths that is left; ascending.</param>
internal sealed record LatticeAxis(
    ImmutableArray<AxisUse> Widths, ImmutableArray<int[]> Kept, ImmutableArray<double> Places)
{
    public static LatticeAxis Of(
        ImmutableArray<AxisUse> widths,
        ImmutableArray<Group> groups,
        ImmutableArray<double> levels,
        PruningLimits limits)
    {
        int[] all = [.. groups.Select(group => group.Channels)];
        var varied = widths
            .SelectMany(width => width.Shares)
            .Select(share => share.Group)
            .Where(group => groups[group].IsPrunable)
            .ToHashSet();
        ImmutableArray<int[]> kept = varied.Count == 0
            ? [all]
            : [
                .. levels.Select(level => groups.Select((group, index) =>
                    varied.Contains(index)
                        ? limits.Rounded(group, (int)Math.Ceiling(level * group.Channels))
                        : group.Channels).ToArray()),
            ];
        return new(widths, kept, [.. kept.Select(counts => PlaceOf(widths, counts, all))]);
    }

    /// <summary>The point at or below a sub-network, and how far it lies towards the next one, in [0, 1].</summary>
    public (int Point, double Towards) Locate(ReadOnlySpan<int> kept)
    {
        if (Kept.Length == 1)
        {
            return (0, 0);
        }

        var place = PlaceOf(Widths, kept, Kept[^1]);
        var point = 0;
        while (point < Places.Length - 2 && Places[point + 1] <= place)
        {
            point++;
        }

        // Below the first point, the cost of the first point applies. Groups with few channels have several points in
        // one place.
        var gap = Places[point + 1] - Places[point];
        return (point, gap <= 0 ? 0 : Math.Clamp((place - Places[point]) / gap, 0, 1));
    }

    private static double PlaceOf(ImmutableArray<AxisUse> widths, ReadOnlySpan<int> kept, ReadOnlySpan<int> all)
    {
        var sum = 0.0;
        foreach (var width in widths)
        {
            sum += (double)width.Size(kept) / width.Size(all);
        }

        return sum / Math.Max(1, widths.Length);
    }
}
