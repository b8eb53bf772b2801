using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>The common part of both versions of Swin Transformer: four stages, shifted windows, MLPs.</summary>
internal static class SwinStages
{
    // Section 4: the query dimension of each head.
    private const int HeadWidth = 32;

    /// <summary>N(0, 0.02), the initialization of every linear layer; biases are 0.</summary>
    public static Initialization Start => Initialization.Normal(0.02);

    /// <summary>A network of blocks and patch merging, Fig. 3 (a).</summary>
    public static Graph Build(
        string name, SwinSize size, NetworkInput input, int classes, Func<GraphBuilder, Value, SwinBlock, Value> block,
        Func<GraphBuilder, Value, string, Value> merge)
    {
        const int Patch = 4;
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        var uniform = Initialization.Uniform(1 / Math.Sqrt(input.Channels * Patch * Patch));
        x = g.Conv2d(
            "features.0.0", x, size.Width, Patch, stride: Patch,
            bias: true, initialization: uniform, biasInitialization: uniform);
        x = g.LayerNorm("features.0.2", g.Permute("features.0.1", x, 0, 2, 3, 1));
        var (done, last) = (0, size.Depths.Sum() - 1);
        for (var stage = 0; stage < size.Depths.Length; stage++)
        {
            x = stage == 0 ? x : merge(g, x, $"features.{2 * stage}");
            for (var index = 0; index < size.Depths[stage]; index++)
            {
                x = block(g, x, new(
                    $"features.{2 * stage + 1}.{index}",
                    (int)g.ShapeOf(x)[3] / HeadWidth,
                    size.Window,
                    Shift: index % 2 == 0 ? 0 : size.Window / 2,
                    size.StochasticDepth * done++ / last));
            }
        }

        x = g.Permute("permute", g.LayerNorm("norm", x), 0, 3, 1, 2);
        x = g.Flatten("flatten", g.AdaptiveAveragePool2d("avgpool", x, 1));
        return g.Build(g.Linear("head", x, classes, Start));
    }

    /// <summary>
    /// Attention within shifted windows of [N, H, W, C] (section 3.2, Fig. 4): pads to whole windows, rolls, and undoes
    /// both. <paramref name="attention"/> gets windows [N, windows, positions, C] and, if they are shifted, the mask
    /// [1, windows, 1, positions, positions]. A dimension that one window fills is not shifted.
    /// </summary>
    public static Value InShiftedWindows(GraphBuilder g, Value x, SwinBlock block, Func<Value, Value?, Value> attention)
    {
        var name = $"{block.Name}.attn";
        var (height, width) = ((int)g.ShapeOf(x)[1], (int)g.ShapeOf(x)[2]);
        var grid = new Pair(RoundUp(height, block.Window), RoundUp(width, block.Window));
        var shift = new Pair(
            block.Window < grid.Height ? block.Shift : 0, block.Window < grid.Width ? block.Shift : 0);
        x = Pad(g, name, x, new(grid.Height - height, grid.Width - width));
        x = Roll(g, $"{name}.shift", x, -shift.Height, -shift.Width);
        x = Windows.Part(g, $"{name}.part", x, block.Window);
        Value? mask = shift == 0
            ? null
            : g.Unsqueeze($"{name}.mask.heads", g.ShiftedWindowMask($"{name}.mask", x, grid, block.Window, shift), 2);
        x = Windows.Join(g, $"{name}.join", attention(x, mask), block.Window, grid);
        x = Roll(g, $"{name}.unshift", x, shift.Height, shift.Width);
        return Crop(g, $"{name}.columns", Crop(g, $"{name}.rows", x, 1, height), 2, width);
    }

    /// <summary>A residual branch with stochastic depth.</summary>
    public static Value Add(GraphBuilder g, string name, Value x, Value branch, SwinBlock block) =>
        g.Add($"{name}.add", x, g.StochasticDepth($"{name}.stochastic_depth", branch, block.StochasticDepth));

    /// <summary>Two linear layers with a GELU between them; the hidden width is four times the input.</summary>
    public static Value Mlp(GraphBuilder g, string name, Value x)
    {
        var width = g.ShapeOf(x)[3];
        var y = g.Activation($"{name}.1", g.Linear($"{name}.0", x, 4 * width, Start), ActivationKind.Gelu);
        return g.Linear($"{name}.3", y, width, Start);
    }

    /// <summary>
    /// Concatenates 2x2 neighbours of [N, H, W, C] to [N, H/2, W/2, 4C], the lower left before the upper right. Odd
    /// sizes are padded.
    /// </summary>
    public static Value Neighbours(GraphBuilder g, string name, Value x)
    {
        x = Pad(g, name, x, new((int)g.ShapeOf(x)[1] % 2, (int)g.ShapeOf(x)[2] % 2));
        var shape = g.ShapeOf(x);
        x = g.Reshape($"{name}.halves", x, [1, shape[1] / 2, 2, shape[2] / 2, 2, shape[3]]);
        x = g.Permute($"{name}.neighbours", x, 0, 1, 3, 4, 2, 5);
        return g.Flatten($"{name}.merged", x, 3, 5, SplitPolicy.SameInner);
    }

    private static int RoundUp(int size, int multiple) => (size + multiple - 1) / multiple * multiple;

    // Pads with zeros at the bottom and right.
    private static Value Pad(GraphBuilder g, string name, Value x, Pair border)
    {
        if (border == 0)
        {
            return x;
        }

        x = g.Permute($"{name}.pad.first", x, 0, 3, 1, 2);
        return g.Permute($"{name}.pad.last", g.Pad2d($"{name}.pad", x, before: 0, after: border), 0, 2, 3, 1);
    }

    private static Value Roll(GraphBuilder g, string name, Value x, int down, int right) =>
        down == 0 && right == 0 ? x : g.Roll(name, x, [down, right], [1, 2]);

    private static Value Crop(GraphBuilder g, string name, Value x, int dimension, int size) =>
        g.ShapeOf(x)[dimension] == size ? x : g.Slice(name, x, dimension, 0, size);
}

/// <summary>Table 7 of the paper.</summary>
/// <param name="Width">C, the channels of the first stage; each further one has twice as many.</param>
/// <param name="Depths">Blocks of each stage.</param>
/// <param name="Window">M, the height and width of a window.</param>
/// <param name="StochasticDepth">The rate of the last block; rates grow from 0.</param>
internal sealed record SwinSize(int Width, ImmutableArray<int> Depths, int Window, double StochasticDepth);

/// <summary>One block: its place in the network.</summary>
internal sealed record SwinBlock(string Name, int Heads, int Window, int Shift, double StochasticDepth);
