using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// MnasNet-B1, the variant without squeeze-and-excitation. Tan et al. 2019, arXiv 1807.11626, section 4.1 (Fig. 7 shows
/// the one with it). Names are torchvision's.
/// </summary>
internal static class MnasNet
{
    // The paper's decay of 0.9997, as the weight of the new batch.
    private const double Momentum = 0.0003;

    internal static ImmutableArray<Model> Models { get; } =
        [Describe("0_5", 0.5), Describe("0_75", 0.75), Describe("1_0", 1.0), Describe("1_3", 1.3)];

    // Kernel, stride of the first block, expansion, channels, blocks.
    private static readonly (int Kernel, int Stride, int Expansion, int Channels, int Blocks)[] Stacks =
        [(3, 2, 3, 24, 3), (5, 2, 3, 40, 3), (5, 2, 6, 80, 3), (3, 1, 6, 96, 2), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)];

    private static Model Describe(string name, double scale) => Model.ImageNet(
        $"mnasnet{name}",
        $"MnasNet-B1 with {name.Replace('_', '.')} times the width (Tan et al. 2019)",
        (input, classes) => ImageNet($"mnasnet{name}", scale, input, classes));

    private static Graph ImageNet(string name, double scale, NetworkInput input, int classes)
    {
        int Scale(int channels) => SharedLayers.RoundToMultipleOf8(channels * scale);

        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.Relu("layers.2", ConvNorm(g, x, "layers", 0, Scale(32), kernel: 3, stride: 2));
        x = g.Relu("layers.5", ConvNorm(g, x, "layers", 3, Scale(32), kernel: 3, groups: Scale(32)));
        x = ConvNorm(g, x, "layers", 6, Scale(16));
        for (var stack = 0; stack < Stacks.Length; stack++)
        {
            var (kernel, stride, expansion, channels, blocks) = Stacks[stack];
            for (var block = 0; block < blocks; block++)
            {
                var path = $"layers.{stack + 8}.{block}";
                x = InvertedResidual(g, x, path, Scale(channels), expansion, kernel, block == 0 ? stride : 1);
            }
        }

        x = g.Relu("layers.16", ConvNorm(g, x, "layers", 14, 1280));
        x = g.Dropout("classifier.0", g.GlobalAveragePool(x, "mean.out", isFunction: true), 0.2);
        return g.Build(g.ClassifierByFanOut("classifier.1", x, classes, gain: Math.Sqrt(3)));
    }

    // MobileNetV2's block, with ReLU and kernels of 3 or 5.
    private static Value InvertedResidual(
        GraphBuilder g, Value x, string name, int channels, int expansion, int kernel, int stride)
    {
        var width = (int)g.ShapeOf(x)[1];
        var expanded = width * expansion;
        var layers = $"{name}.layers";
        var y = g.Relu($"{layers}.2", ConvNorm(g, x, layers, 0, expanded));
        y = g.Relu($"{layers}.5", ConvNorm(g, y, layers, 3, expanded, kernel, stride, groups: expanded));
        y = ConvNorm(g, y, layers, 6, channels);
        return stride == 1 && width == channels ? g.Add($"{name}.add", y, x) : y;
    }

    private static Value ConvNorm(
        GraphBuilder g, Value x, string name, int index, int channels, int kernel = 1, int stride = 1, int groups = 1)
    {
        x = g.Conv2d($"{name}.{index}", x, channels, kernel, stride, padding: kernel / 2, groups: groups);
        return g.BatchNorm2d($"{name}.{index + 1}", x, momentum: Momentum);
    }
}
