using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// MaxViT: convolutions, attention within windows and attention over a grid in every layer. Tu et al. 2022, arXiv
/// 2204.01697, Fig. 2, section 3, Tab. 1.
/// </summary>
internal static class MaxVit
{
    // Section 3.3: windows and grids of 7 x 7 positions; the query dimension of a head.
    private const int Partition = 7;
    private const int HeadWidth = 32;
    private const double StochasticDepth = 0.2;

    internal static ImmutableArray<Model> Models { get; } =
    [
        Model.ImageNet("maxvit_t", "MaxViT-T (Tu et al. 2022)", Tiny),
    ];

    // Layers and channels of each block.
    private static readonly (int Layers, int Channels)[] TinyBlocks = [(2, 64), (2, 128), (5, 256), (2, 512)];

    private static Initialization Start => Initialization.Normal(0.02);

    private static Graph Tiny(NetworkInput input, int classes)
    {
        const int StemChannels = 64;
        var g = new GraphBuilder("maxvit_t");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = ConvNormGelu(g, x, "stem.0", StemChannels, kernel: 3, stride: 2);
        x = g.Conv2d("stem.1.0", x, StemChannels, kernel: 3, padding: 1, bias: true, initialization: Start);
        var (done, last) = (0, TinyBlocks.Sum(block => block.Layers) - 1);
        foreach (var (block, (layers, channels)) in TinyBlocks.Index())
        {
            for (var layer = 0; layer < layers; layer++)
            {
                var drop = StochasticDepth * done++ / last;
                x = Layer(g, x, $"blocks.{block}.layers.{layer}.layers", channels, stride: layer == 0 ? 2 : 1, drop);
            }
        }

        x = g.Flatten("classifier.1", g.AdaptiveAveragePool2d("classifier.0", x, 1));
        x = g.Linear("classifier.3", g.LayerNorm("classifier.2", x), g.ShapeOf(x)[1], Start);
        x = g.Activation("classifier.4", x, ActivationKind.Tanh);
        return g.Build(g.Linear("classifier.5", x, classes, Start, bias: false));
    }

    // Fig. 2: MBConv, block attention, grid attention.
    private static Value Layer(GraphBuilder g, Value x, string name, int channels, int stride, double drop)
    {
        x = MbConv(g, x, $"{name}.MBconv", channels, stride, drop);
        var image = new Pair((int)g.ShapeOf(x)[2], (int)g.ShapeOf(x)[3]);
        RequireWholeWindows(image);
        x = g.Permute($"{name}.channels_last", x, 0, 2, 3, 1);
        var (window, grid) = ($"{name}.window_attention", $"{name}.grid_attention");
        x = Windows.Part(g, $"{window}.part", x, Partition);
        x = Windows.Join(g, $"{window}.join", Transformer(g, x, window, drop), Partition, image);
        x = Windows.PartGrid(g, $"{grid}.part", x, Partition);
        x = Windows.JoinGrid(g, $"{grid}.join", Transformer(g, x, grid, drop), Partition, image);
        return g.Permute($"{name}.channels_first", x, 0, 3, 1, 2);
    }

    // Inverted residuals after a norm; the depthwise convolution and the shortcut halve the image.
    private static Value MbConv(GraphBuilder g, Value x, string name, int channels, int stride, double drop)
    {
        var hidden = 4 * channels;
        var y = BatchNorm(g, $"{name}.layers.pre_norm", x);
        y = ConvNormGelu(g, y, $"{name}.layers.conv_a", hidden);
        y = ConvNormGelu(g, y, $"{name}.layers.conv_b", hidden, kernel: 3, stride, groups: hidden);
        y = SqueezeExcitation(g, y, $"{name}.layers.squeeze_excitation", channels / 4);
        y = g.Conv2d($"{name}.layers.conv_c", y, channels, kernel: 1, bias: true, initialization: Start);
        if (stride == 2)
        {
            x = g.AveragePool2d($"{name}.proj.0", x, kernel: 3, stride: 2, padding: 1);
            x = g.Conv2d($"{name}.proj.1", x, channels, kernel: 1, bias: true, initialization: Start);
        }

        return Add(g, name, x, y, drop);
    }

    // Attention with relative positions and an MLP, each after a norm, in windows [N, windows, positions, C].
    private static Value Transformer(GraphBuilder g, Value x, string name, double drop)
    {
        var (attention, mlp, channels) = ($"{name}.attn_layer", $"{name}.mlp_layer", g.ShapeOf(x)[3]);
        var heads = (int)channels / HeadWidth;
        var packed = g.Linear($"{attention}.1.to_qkv", g.LayerNorm($"{attention}.0", x), 3 * channels, Start);
        var bias = g.RelativePositionBias($"{attention}.1.relative_position_bias_table", Partition, heads);
        bias = g.Unsqueeze($"{attention}.1.bias", bias, 1);
        // torchvision scales by the width of all heads together.
        var scale = 1 / Math.Sqrt(channels);
        var y = g.PackedAttention(
            $"{attention}.1", packed, heads, $"{attention}.1.merge", [bias], scale, initialization: Start);
        x = Add(g, attention, x, y, drop);
        y = g.Linear($"{mlp}.1", g.LayerNorm($"{mlp}.0", x), 4 * channels, Start);
        y = g.Linear($"{mlp}.3", g.Activation($"{mlp}.2", y, ActivationKind.Gelu), channels, Start);
        return Add(g, mlp, x, y, drop);
    }

    private static Value ConvNormGelu(
        GraphBuilder g, Value x, string name, int channels, int kernel = 1, int stride = 1, int groups = 1)
    {
        x = g.Conv2d($"{name}.0", x, channels, kernel, stride, kernel / 2, groups: groups, initialization: Start);
        return g.Activation($"{name}.2", BatchNorm(g, $"{name}.1", x), ActivationKind.Gelu);
    }

    private static Value BatchNorm(GraphBuilder g, string name, Value x) =>
        g.BatchNorm2d(name, x, epsilon: 1e-3, momentum: 0.99);

    // Hu et al. 2018, arXiv 1709.01507.
    private static Value SqueezeExcitation(GraphBuilder g, Value x, string name, int squeezed)
    {
        var y = g.AdaptiveAveragePool2d($"{name}.avgpool", x, 1);
        y = g.Conv2d($"{name}.fc1", y, squeezed, kernel: 1, bias: true, initialization: Start);
        y = g.Activation($"{name}.activation", y, ActivationKind.Silu);
        y = g.Conv2d($"{name}.fc2", y, g.ShapeOf(x)[1], kernel: 1, bias: true, initialization: Start);
        return g.Multiply($"{name}.scale", x, g.Activation($"{name}.scale_activation", y, ActivationKind.Sigmoid));
    }

    private static Value Add(GraphBuilder g, string name, Value x, Value branch, double drop) =>
        g.Add($"{name}.add", x, g.StochasticDepth($"{name}.stochastic_depth", branch, drop));

    private static void RequireWholeWindows(Pair image)
    {
        if (image.Height % Partition != 0 || image.Width % Partition != 0)
        {
            throw new OcsInputException(
                $"maxvit_t attends within windows of {Partition}x{Partition} positions, which do not fill "
                + $"{image.Height}x{image.Width}; use a height and a width divisible by {32 * Partition}.");
        }
    }
}
