using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// The table of relative position biases (Liu et al. 2021, arXiv 2103.14030), recovered from a folded bias: its numbers
/// [heads, L, L] are equal wherever <see cref="RelativePositionBias"/> reads the same row.
/// </summary>
/// <param name="Window">The window; its number of positions is L.</param>
/// <param name="Rows">[(2h - 1)(2w - 1), heads].</param>
/// <param name="IsInFile">Whether the rows are an initializer, which several biases may share.</param>
internal sealed record PositionTable(Pair Window, OnnxTensor Rows, bool IsInFile)
{
    /// <summary>
    /// The file's own table for a window that fits, else the smallest table, as of a sequence; null if no window fits.
    /// </summary>
    public static PositionTable? Find(OnnxTensor bias, int heads)
    {
        var positions = (int)bias.Shape[^1];
        if (bias.Shape[^2] != positions || !HasOneNumberForNoDistance(bias.Floats, heads, positions))
        {
            return null;
        }

        var fitting = Windows(positions).Select(window => Find(bias, heads, window)).OfType<PositionTable>().ToList();
        return fitting.Find(table => table.IsInFile) ?? fitting.MinBy(table => table.Rows.Shape[0]);
    }

    // A quick test that most other constants fail.
    private static bool HasOneNumberForNoDistance(float[] numbers, int heads, int positions) =>
        Enumerable.Range(0, heads).All(head =>
        {
            var first = head * positions * positions;
            return Enumerable.Range(1, positions - 1)
                .All(position => numbers[first + position * (positions + 1)] == numbers[first]);
        });

    private static IEnumerable<Pair> Windows(int positions) => Enumerable.Range(1, (int)Math.Sqrt(positions))
        .Reverse()
        .Where(side => positions % side == 0)
        .SelectMany(side => new[] { new Pair(side, positions / side), new Pair(positions / side, side) });

    private static PositionTable? Find(OnnxTensor bias, int heads, Pair window)
    {
        var (numbers, rows) = (bias.Floats, new RelativePositionBias(window).Rows());
        ImmutableArray<long> shape = [(2L * window.Height - 1) * (2L * window.Width - 1), heads];
        var table = new float?[shape[0] * heads];
        for (var at = 0; at < numbers.Length; at++)
        {
            ref var entry = ref table[rows[at % rows.Length] * heads + at / rows.Length];
            entry ??= numbers[at];
            if (entry != numbers[at])
            {
                return null;
            }
        }

        float[] values = [.. table.Select(entry => entry!.Value)];
        var isInFile = bias.Origin is { Name: not null } origin
            && origin.Shape.SequenceEqual(shape)
            && origin.Floats.AsSpan().SequenceEqual(values);
        return new(window, isInFile ? bias.Origin! : OnnxTensor.OfFloats(shape, () => values), isInFile);
    }
}
