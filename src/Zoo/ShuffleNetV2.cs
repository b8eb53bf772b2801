using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>ShuffleNet V2. Ma et al. 2018, arXiv 1807.11164, Fig. 3 and Tab. 5. Names are torchvision's.</summary>
internal static class ShuffleNetV2
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        Describe("x0_5", 48, 96, 192, 1024),
        Describe("x1_0", 116, 232, 464, 1024),
        Describe("x1_5", 176, 352, 704, 1024),
        Describe("x2_0", 244, 488, 976, 2048),
    ];

    private static readonly int[] Units = [4, 8, 4];

    // Tab. 5: channels of stages 2 to 4 and of the last layer.
    private static Model Describe(string scale, params int[] widths) => Model.ImageNet(
        $"shufflenet_v2_{scale}",
        $"ShuffleNet V2 {scale.Replace('_', '.')} (Ma et al. 2018)",
        (input, classes) => ImageNet($"shufflenet_v2_{scale}", widths, input, classes));

    private static Graph ImageNet(string name, int[] widths, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.Relu("conv1.2", ConvNorm(g, x, "conv1", 0, 24, kernel: 3, stride: 2));
        x = g.MaxPool2d("maxpool", x, 3, stride: 2, padding: 1);
        for (var stage = 0; stage < Units.Length; stage++)
        {
            x = DownsamplingUnit(g, x, $"stage{stage + 2}.0", widths[stage]);
            for (var unit = 1; unit < Units[stage]; unit++)
            {
                x = BasicUnit(g, x, $"stage{stage + 2}.{unit}");
            }
        }

        x = g.Relu("conv5.2", ConvNorm(g, x, "conv5", 0, widths[^1]));
        return g.Build(g.Linear("fc", g.GlobalAveragePool(x, "mean.out", isFunction: true), classes));
    }

    // Fig. 3 (c): half of the channels pass unchanged, the others are convolved.
    private static Value BasicUnit(GraphBuilder g, Value x, string name)
    {
        var halves = g.Chunk($"{name}.chunk", x, dimension: 1, count: 2);
        var filtered = FilteredBranch(g, halves[1], $"{name}.branch2", (int)g.ShapeOf(halves[1])[1], stride: 1);
        return Join(g, name, halves[0], filtered);
    }

    // Fig. 3 (d): both branches see all channels and halve the image.
    private static Value DownsamplingUnit(GraphBuilder g, Value x, string name, int channels)
    {
        var width = (int)g.ShapeOf(x)[1];
        var y = ConvNorm(g, x, $"{name}.branch1", 0, width, kernel: 3, stride: 2, groups: width);
        y = g.Relu($"{name}.branch1.4", ConvNorm(g, y, $"{name}.branch1", 2, channels / 2));
        return Join(g, name, y, FilteredBranch(g, x, $"{name}.branch2", channels / 2, stride: 2));
    }

    private static Value FilteredBranch(GraphBuilder g, Value x, string name, int channels, int stride)
    {
        x = g.Relu($"{name}.2", ConvNorm(g, x, name, 0, channels));
        x = ConvNorm(g, x, name, 3, channels, kernel: 3, stride: stride, groups: channels);
        return g.Relu($"{name}.7", ConvNorm(g, x, name, 5, channels));
    }

    private static Value Join(GraphBuilder g, string name, Value left, Value right) =>
        g.ChannelShuffle($"{name}.shuffle", g.Concat($"{name}.concat", 1, left, right), groups: 2);

    // PyTorch's default initialization, uniform in ±1/sqrt(fan-in).
    private static Value ConvNorm(
        GraphBuilder g, Value x, string name, int index, int channels, int kernel = 1, int stride = 1, int groups = 1)
    {
        var uniform = Initialization.Uniform(1 / Math.Sqrt(g.ShapeOf(x)[1] / groups * kernel * kernel));
        x = g.Conv2d(
            $"{name}.{index}", x, channels, kernel, stride, kernel / 2, groups: groups, initialization: uniform);
        return g.BatchNorm2d($"{name}.{index + 1}", x);
    }
}
