using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>Residual networks. He et al. 2016, arXiv 1512.03385. CIFAR: section 4.2, depth = 6n + 2, projection shortcuts.</summary>
public static class ResNet
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        .. new[] { 8, 20, 32, 44, 56, 110 }.Select(depth => Model.Cifar(
            $"cifar_resnet{depth}",
            $"ResNet-{depth} for small images (He et al. 2016, section 4.2)",
            (input, classes) => Cifar(depth, input, classes))),
    ];

    /// <summary>The CIFAR network of three stages with 16, 32 and 64 channels. Names are those of the authors' program.</summary>
    public static Graph Cifar(int depth, NetworkInput input, int classes)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth of a CIFAR ResNet is 6n + 2.");
        }

        var blocks = (depth - 2) / 6;
        var g = new GraphBuilder($"cifar_resnet{depth}");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.Conv2d("conv1", x, 16, kernel: 3, padding: 1);
        x = g.BatchNorm2d("bn1", x);
        x = g.Relu("relu", x);
        x = Stage(g, x, "layer1", 16, blocks, stride: 1);
        x = Stage(g, x, "layer2", 32, blocks, stride: 2);
        x = Stage(g, x, "layer3", 64, blocks, stride: 2);
        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        x = g.Flatten("flatten", x);
        return g.Build(g.Linear("fc", x, classes));
    }

    private static Value Stage(GraphBuilder g, Value x, string name, int width, int blocks, int stride)
    {
        for (var block = 0; block < blocks; block++)
        {
            x = BasicBlock(g, x, $"{name}.{block}", width, block == 0 ? stride : 1);
        }

        return x;
    }

    // Fig. 2; a 1x1 projection where the shape changes.
    private static Value BasicBlock(GraphBuilder g, Value x, string name, int width, int stride)
    {
        var y = g.Conv2d($"{name}.conv1", x, width, kernel: 3, stride: stride, padding: 1);
        y = g.BatchNorm2d($"{name}.bn1", y);
        y = g.Relu($"{name}.relu", y);
        y = g.Conv2d($"{name}.conv2", y, width, kernel: 3, padding: 1);
        y = g.BatchNorm2d($"{name}.bn2", y);
        if (stride != 1 || g.ShapeOf(x)[1] != width)
        {
            x = g.Conv2d($"{name}.downsample.0", x, width, kernel: 1, stride: stride);
            x = g.BatchNorm2d($"{name}.downsample.1", x);
        }

        return g.Relu($"{name}.out", g.Add($"{name}.add", y, x));
    }
}
