using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Latency;

/// <summary>
/// The cost of a unit over the widths that it depends on, none, one or two: linear in each between the points measured.
/// Where it depends on more, all vary together, and their mean counts as one.
/// </summary>
internal sealed class UnitLattice
{
    private readonly LatticeAxis _rows;
    private readonly LatticeAxis _columns;
    private readonly double[,] _seconds;

    private UnitLattice(LatticeAxis rows, LatticeAxis columns, double[,] seconds) =>
        (_rows, _columns, _seconds) = (rows, columns, seconds);

    /// <summary>Measures a unit where the groups of its widths keep each of the levels.</summary>
    /// <param name="widths">What its cost depends on.</param>
    /// <param name="groups">All groups.</param>
    /// <param name="levels">Fractions of channels, ascending to 1.</param>
    /// <param name="limits">What multiples of channels groups keep.</param>
    /// <param name="time">Seconds of the unit in a sub-network.</param>
    public static UnitLattice Measure(
        ImmutableArray<AxisUse> widths,
        ImmutableArray<Group> groups,
        ImmutableArray<double> levels,
        PruningLimits limits,
        Func<Subnetwork, double> time)
    {
        LatticeAxis Axis(ImmutableArray<AxisUse> uses) => LatticeAxis.Of(uses, groups, levels, limits);
        var (rows, columns) = widths.Length == 2 ? (Axis(widths[..1]), Axis(widths[1..])) : (Axis(widths), Axis([]));
        var seconds = new double[rows.Kept.Length, columns.Kept.Length];
        for (var row = 0; row < rows.Kept.Length; row++)
        {
            for (var column = 0; column < columns.Kept.Length; column++)
            {
                // The groups of one axis are whole in the other's counts.
                var kept = rows.Kept[row].Zip(columns.Kept[column], Math.Min);
                var pruned = kept.Zip(
                    groups, (count, group) => (int[])[.. Enumerable.Range(count, group.Channels - count)]);
                var measured = time(Subnetwork.FromPruned(groups, pruned));

                // Noise, and kernels that like some widths better, must not make a wider network cheaper: the search
                // needs that order.
                seconds[row, column] = Math.Max(
                    measured,
                    Math.Max(row > 0 ? seconds[row - 1, column] : 0, column > 0 ? seconds[row, column - 1] : 0));
            }
        }

        return new(rows, columns, seconds);
    }

    /// <summary>The cost in seconds when this many channels of each group stay.</summary>
    public double At(ReadOnlySpan<int> kept)
    {
        var (row, down) = _rows.Locate(kept);
        var (column, right) = _columns.Locate(kept);
        double Between(int r) =>
            Mix(_seconds[r, column], _seconds[r, Math.Min(column + 1, _columns.Kept.Length - 1)], right);
        return Mix(Between(row), Between(Math.Min(row + 1, _rows.Kept.Length - 1)), down);
    }

    private static double Mix(double low, double high, double place) => low + (high - low) * place;
}

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

        // Below the first point its cost counts. Groups of few channels have several points in one place.
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
