using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Swin Transformer V2: norms after the branches, cosine attention, position biases computed by a small network. Liu et
/// al. 2022, arXiv 2111.09883, Fig. 1, section 3.
/// </summary>
internal static class SwinTransformerV2
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        Of("swin_v2_t", "SwinV2-T", new(96, [2, 2, 6, 2], Window: 8, StochasticDepth: 0.2)),
    ];

    private static Model Of(string name, string title, SwinSize size) => Model.ImageNet(
        name,
        $"{title} (Liu et al. 2022)",
        (input, classes) => SwinStages.Build(name, size, input, classes, Block, Merge),
        size: 256);

    // Section 3.2, post normalization.
    private static Value Block(GraphBuilder g, Value x, SwinBlock block)
    {
        var y = g.LayerNorm($"{block.Name}.norm1", Attention(g, x, block));
        x = SwinStages.Add(g, $"{block.Name}.attn", x, y, block);
        y = g.LayerNorm($"{block.Name}.norm2", SwinStages.Mlp(g, $"{block.Name}.mlp", x));
        return SwinStages.Add(g, $"{block.Name}.mlp", x, y, block);
    }

    // Eq. 2 to 4.
    private static Value Attention(GraphBuilder g, Value x, SwinBlock block)
    {
        var name = $"{block.Name}.attn";
        return SwinStages.InShiftedWindows(g, x, block, (windows, mask) =>
        {
            var packed = QueriesKeysValues(g, windows, $"{name}.qkv");
            var bias = g.ContinuousPositionBias(
                $"{name}.bias", $"{name}.cpb_mlp", windows, block.Window, block.Heads,
                initialization: SwinStages.Start);
            bias = g.Unsqueeze($"{name}.bias.windows", bias, 1);
            return g.PackedAttention(
                name, packed, block.Heads, $"{name}.proj", mask is { } given ? [bias, given] : [bias],
                temperature: $"{name}.logit_scale", initialization: SwinStages.Start);
        });
    }

    // torchvision has a bias for keys, but sets it to 0.
    private static Value QueriesKeysValues(GraphBuilder g, Value x, string name)
    {
        var width = 3 * g.ShapeOf(x)[3];
        x = g.Linear(name, x, width, SwinStages.Start, bias: false);
        var stored = g.Parameter($"{name}.bias", [width], Initialization.Constant(0), addsBatch: true);
        var parts = g.Chunk($"{name}.bias.part", stored, 1, 3);
        var none = g.Affine($"{name}.bias.none", parts[1], [0], [0]);
        var bias = g.Concat($"{name}.bias.used", 1, parts[0], none, parts[2]);
        return g.Add($"{name}.sum", x, g.Reshape($"{name}.bias.windows", bias, [1, 1, 1, width]));
    }

    private static Value Merge(GraphBuilder g, Value x, string name)
    {
        var width = g.ShapeOf(x)[3];
        x = g.Linear($"{name}.reduction", SwinStages.Neighbours(g, name, x), 2 * width, SwinStages.Start, bias: false);
        return g.LayerNorm($"{name}.norm", x);
    }
}
