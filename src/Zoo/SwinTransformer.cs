using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Swin Transformer: attention in shifted windows. Liu et al. 2021, arXiv 2103.14030, Fig. 3, section 3, Tab. 7.
/// </summary>
internal static class SwinTransformer
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        Of("swin_t", "Swin-T", new(96, [2, 2, 6, 2], Window: 7, StochasticDepth: 0.2)),
        Of("swin_s", "Swin-S", new(96, [2, 2, 18, 2], Window: 7, StochasticDepth: 0.3)),
        Of("swin_b", "Swin-B", new(128, [2, 2, 18, 2], Window: 7, StochasticDepth: 0.5)),
    ];

    private static Model Of(string name, string title, SwinSize size) => Model.ImageNet(
        name,
        $"{title} (Liu et al. 2021)",
        (input, classes) => SwinStages.Build(name, size, input, classes, Block, Merge));

    // Eq. 3.
    private static Value Block(GraphBuilder g, Value x, SwinBlock block)
    {
        var y = Attention(g, g.LayerNorm($"{block.Name}.norm1", x), block);
        x = SwinStages.Add(g, $"{block.Name}.attn", x, y, block);
        y = SwinStages.Mlp(g, $"{block.Name}.mlp", g.LayerNorm($"{block.Name}.norm2", x));
        return SwinStages.Add(g, $"{block.Name}.mlp", x, y, block);
    }

    // Eq. 4.
    private static Value Attention(GraphBuilder g, Value x, SwinBlock block)
    {
        var name = $"{block.Name}.attn";
        return SwinStages.InShiftedWindows(g, x, block, (windows, mask) =>
        {
            var packed = g.Linear($"{name}.qkv", windows, 3 * g.ShapeOf(windows)[3], SwinStages.Start);
            var bias = g.RelativePositionBias($"{name}.relative_position_bias_table", block.Window, block.Heads);
            bias = g.Unsqueeze($"{name}.bias", bias, 1);
            return g.PackedAttention(
                name, packed, block.Heads, $"{name}.proj", mask is { } given ? [bias, given] : [bias],
                initialization: SwinStages.Start);
        });
    }

    private static Value Merge(GraphBuilder g, Value x, string name)
    {
        var width = g.ShapeOf(x)[3];
        x = g.LayerNorm($"{name}.norm", SwinStages.Neighbours(g, name, x));
        return g.Linear($"{name}.reduction", x, 2 * width, SwinStages.Start, bias: false);
    }
}
