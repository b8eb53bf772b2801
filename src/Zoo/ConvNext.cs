using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>ConvNeXt. Liu et al. 2022, arXiv 2201.03545, section 2 and Fig. 4. Names are torchvision's.</summary>
internal static class ConvNext
{
    private const double Epsilon = 1e-6;
    private const double LayerScale = 1e-6;

    // Appendix A.1; its truncation is far outside the distribution.
    private static readonly Initialization Start = Initialization.Normal(0.02);

    internal static ImmutableArray<Model> Models { get; } =
    [
        Describe("tiny", [96, 192, 384, 768], [3, 3, 9, 3], stochasticDepth: 0.1),
        Describe("small", [96, 192, 384, 768], [3, 3, 27, 3], stochasticDepth: 0.4),
        Describe("base", [128, 256, 512, 1024], [3, 3, 27, 3], stochasticDepth: 0.5),
    ];

    private static Model Describe(string size, int[] widths, int[] blocks, double stochasticDepth) => Model.ImageNet(
        $"convnext_{size}",
        $"ConvNeXt-{size[..1].ToUpperInvariant()} (Liu et al. 2022)",
        (input, classes) => ImageNet($"convnext_{size}", widths, blocks, stochasticDepth, input, classes));

    private static Graph ImageNet(
        string name, int[] widths, int[] blocks, double stochasticDepth, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = Patches(g, x, "features.0.0", widths[0], size: 4);
        x = g.LayerNorm2d("features.0.1", x, Epsilon);
        var (done, last) = (0, blocks.Sum() - 1);
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            if (stage > 0)
            {
                x = g.LayerNorm2d($"features.{2 * stage}.0", x, Epsilon);
                x = Patches(g, x, $"features.{2 * stage}.1", widths[stage], size: 2);
            }

            for (var block = 0; block < blocks[stage]; block++)
            {
                x = Block(g, x, $"features.{2 * stage + 1}.{block}", widths[stage], stochasticDepth * done++ / last);
            }
        }

        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        x = g.Flatten("classifier.1", g.LayerNorm2d("classifier.0", x, Epsilon));
        return g.Build(g.Linear("classifier.2", x, classes, Start));
    }

    private static Value Patches(GraphBuilder g, Value x, string name, int channels, int size) =>
        g.Conv2d(name, x, channels, kernel: size, stride: size, bias: true, initialization: Start);

    // Fig. 4: depthwise filter, layer norm and two linear layers over channels last, then layer scale.
    private static Value Block(GraphBuilder g, Value x, string name, int width, double drop)
    {
        var y = g.Conv2d(
            $"{name}.block.0", x, width, kernel: 7, padding: 3, bias: true, groups: width, initialization: Start);
        y = g.LayerNorm($"{name}.block.2", g.Permute($"{name}.block.1", y, 0, 2, 3, 1), Epsilon);
        y = g.Activation($"{name}.block.4", g.Linear($"{name}.block.3", y, 4 * width, Start), ActivationKind.Gelu);
        y = g.Permute($"{name}.block.6", g.Linear($"{name}.block.5", y, width, Start), 0, 3, 1, 2);
        y = g.LayerScale2d(name, y, LayerScale);
        return g.Add($"{name}.add", g.StochasticDepth($"{name}.stochastic_depth", y, drop), x);
    }
}
