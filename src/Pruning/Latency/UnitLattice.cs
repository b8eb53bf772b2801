using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Latency;

/// <summary>
/// The cost of a unit as a function of the widths that it depends on: none, one or two. It is linear between measured
/// points. If the cost depends on more widths, all vary together, and their mean counts as one width.
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

                // The search needs costs that grow with the width. Noise and kernels that prefer some widths would
                // break that order.
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
