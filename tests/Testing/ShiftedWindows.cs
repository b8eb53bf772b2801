using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Testing;

/// <summary>Swin Transformer's attention of simpler operators, as a network would put it together.</summary>
public static class ShiftedWindows
{
    /// <summary>
    /// Attention within windows of [N, H, W, C], after a roll by <paramref name="shift"/>, which is undone. The windows
    /// are a dimension of their own, or merged with the batch, where the shifted windows' mask needs them apart again.
    /// With <paramref name="cosine"/> it is version 2's.
    /// </summary>
    public static Value Attention(
        GraphBuilder g, string name, Value x, int window, int shift, int heads, bool mergeBatch,
        SplitPolicy policy = SplitPolicy.WholeOuter,
        bool cosine = false)
    {
        var shape = g.ShapeOf(x);
        var (height, width, channels) = ((int)shape[1], (int)shape[2], shape[3]);
        var (rows, columns) = (height / window, width / window);
        x = Roll(g, $"{name}.forth", x, shift, shift);
        x = g.Reshape($"{name}.grid", x, [1, rows, window, columns, window, channels]);
        x = g.Permute($"{name}.windows", x, 0, 1, 3, 2, 4, 5);
        x = g.Reshape($"{name}.partition", x, mergeBatch ? [rows * columns, window * window, channels]
            : [1, rows * columns, window * window, channels]);
        x = g.Linear($"{name}.qkv", x, 3 * channels);
        if (mergeBatch)
        {
            x = g.Reshape($"{name}.apart", x, [1, rows * columns, window * window, 3 * channels]);
        }

        var bias = g.Unsqueeze(
            $"{name}.bias.windows",
            cosine
                ? g.ContinuousPositionBias($"{name}.bias", $"{name}.cpb_mlp", x, window, heads, hidden: 5)
                : g.RelativePositionBias($"{name}.relative_position_bias_table", window, heads),
            1);
        var mask = g.Unsqueeze(
            $"{name}.mask.heads", g.ShiftedWindowMask($"{name}.mask", x, new Pair(height, width), window, shift), 2);
        x = g.PackedAttention(
            name, x, heads, $"{name}.proj", [bias, mask], policy: policy,
            temperature: cosine ? $"{name}.logit_scale" : null);
        x = g.Reshape($"{name}.grid.back", x, [1, rows, columns, window, window, channels]);
        x = g.Reshape($"{name}.image", g.Permute($"{name}.rows", x, 0, 1, 3, 2, 4, 5), [1, height, width, channels]);
        return Roll(g, $"{name}.back", x, height - shift, width - shift);
    }

    private static Value Roll(GraphBuilder g, string name, Value x, int down, int right) =>
        RollDimension(g, $"{name}.x", RollDimension(g, $"{name}.y", x, 1, down), 2, right);

    // The first indices go behind the others.
    private static Value RollDimension(GraphBuilder g, string name, Value x, int dimension, int by)
    {
        var size = (int)g.ShapeOf(x)[dimension];
        return by % size == 0
            ? x
            : g.Concat(
                name, dimension, g.Slice($"{name}.rest", x, dimension, by, size - by),
                g.Slice($"{name}.first", x, dimension, 0, by));
    }
}
