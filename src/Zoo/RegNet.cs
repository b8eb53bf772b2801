using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// RegNetX and RegNetY, the latter with squeeze-and-excitation. Radosavovic et al. 2020, arXiv 2003.13678, Fig. 4 and
/// the appendix's tables of models. Names are torchvision's.
/// </summary>
/// <remarks>
/// Widths too are torchvision's, which rounds differently to multiples of the group width: X-400MF has 400 channels
/// instead of 384, Y-800MF has 144 and 784 instead of 128 and 768.
/// </remarks>
internal static class RegNet
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        Describe("x_400mf", [1, 2, 7, 12], [32, 64, 160, 400], 16),
        Describe("x_800mf", [1, 3, 7, 5], [64, 128, 288, 672], 16),
        Describe("x_1_6gf", [2, 4, 10, 2], [72, 168, 408, 912], 24),
        Describe("x_3_2gf", [2, 6, 15, 2], [96, 192, 432, 1008], 48),
        Describe("y_400mf", [1, 3, 6, 6], [48, 104, 208, 440], 8),
        Describe("y_800mf", [1, 3, 8, 2], [64, 144, 320, 784], 16),
        Describe("y_1_6gf", [2, 6, 17, 2], [48, 120, 336, 888], 24),
        Describe("y_3_2gf", [2, 5, 13, 1], [72, 216, 576, 1512], 24),
    ];

    private static Model Describe(string variant, int[] blocks, int[] widths, int groupWidth)
    {
        var size = variant[2..].Replace('_', '.').ToUpperInvariant();
        return Model.ImageNet(
            $"regnet_{variant}",
            $"RegNet{char.ToUpperInvariant(variant[0])}-{size} (Radosavovic et al. 2020)",
            (input, classes) =>
                ImageNet($"regnet_{variant}", blocks, widths, groupWidth, excites: variant[0] == 'y', input, classes));
    }

    private static Graph ImageNet(
        string name, int[] blocks, int[] widths, int groupWidth, bool excites, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.ConvNormActivation("stem", x, 32, ActivationKind.Relu, kernel: 3, stride: 2);
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            for (var block = 0; block < blocks[stage]; block++)
            {
                var path = $"trunk_output.block{stage + 1}.block{stage + 1}-{block}";
                x = Block(g, x, path, widths[stage], groupWidth, excites, stride: block == 0 ? 2 : 1);
            }
        }

        return g.Build(g.Linear("fc", g.GlobalAveragePool(x), classes, Initialization.Normal(0.01)));
    }

    // Fig. 4 with a bottleneck ratio of 1, as in the paper's best models. Squeeze-and-excitation squeezes to a quarter
    // of the block's input.
    private static Value Block(
        GraphBuilder g, Value x, string name, int width, int groupWidth, bool excites, int stride)
    {
        var inputWidth = g.ShapeOf(x)[1];
        var y = g.ConvNormActivation($"{name}.f.a", x, width, ActivationKind.Relu);
        y = g.ConvNormActivation($"{name}.f.b", y, width, ActivationKind.Relu, kernel: 3, stride, width / groupWidth);
        if (excites)
        {
            var squeezed = (int)Math.Round(0.25 * inputWidth);
            y = g.SqueezeExcitation(
                $"{name}.f.se", y, squeezed, ActivationKind.Relu, ActivationKind.Sigmoid, uniformBiases: true);
        }

        y = g.ConvNormActivation($"{name}.f.c", y, width, activation: null);
        if (stride != 1 || inputWidth != width)
        {
            x = g.ConvNormActivation($"{name}.proj", x, width, activation: null, stride: stride);
        }

        return g.Relu($"{name}.activation", g.Add($"{name}.add", x, y));
    }
}
