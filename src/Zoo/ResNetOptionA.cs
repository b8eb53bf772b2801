using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Residual networks for CIFAR with shortcuts without parameters. He et al. 2016, arXiv 1512.03385, section 4.2, depth
/// = 6n + 2, with option A of section 3.3: every second position, padded with channels of zeros.
/// </summary>
/// <remarks>
/// Names of parameters are those of https://github.com/akamaster/pytorch_resnet_cifar10; as there, half of the zeros
/// come before the channels, half after.
/// </remarks>
internal static class ResNetOptionA
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        .. new[] { 20, 32, 44, 56, 110 }.Select(depth => Model.Cifar(
            $"cifar_resnet{depth}_a",
            $"ResNet-{depth} for small images, shortcuts without parameters (He et al. 2016, section 4.2)",
            (input, classes) => Build(depth, input, classes))),
    ];

    private static Graph Build(int depth, NetworkInput input, int classes)
    {
        var blocks = (depth - 2) / 6;
        var g = new GraphBuilder($"cifar_resnet{depth}_a");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.Relu("relu", ConvNorm(g, x, "", 1, width: 16, stride: 1));
        x = Stage(g, x, "layer1", width: 16, blocks, stride: 1);
        x = Stage(g, x, "layer2", width: 32, blocks, stride: 2);
        x = Stage(g, x, "layer3", width: 64, blocks, stride: 2);
        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        x = g.Flatten("flatten", x);
        return g.Build(g.Linear("linear", x, classes, Initialization.Normal(Math.Sqrt(2.0 / g.ShapeOf(x)[1]))));
    }

    private static Value Stage(GraphBuilder g, Value x, string name, int width, int blocks, int stride)
    {
        for (var block = 0; block < blocks; block++)
        {
            x = Block(g, x, $"{name}.{block}", width, block == 0 ? stride : 1);
        }

        return x;
    }

    // Fig. 2.
    private static Value Block(GraphBuilder g, Value x, string name, int width, int stride)
    {
        var y = g.Relu($"{name}.relu", ConvNorm(g, x, $"{name}.", 1, width, stride));
        y = ConvNorm(g, y, $"{name}.", 2, width, stride: 1);
        if (stride != 1)
        {
            var zeros = width - (int)g.ShapeOf(x)[1];
            x = g.Subsample($"{name}.shortcut.subsample", x, stride);
            x = g.PadChannels($"{name}.shortcut.pad", x, zeros / 2, zeros / 2);
        }

        return g.AsFunction(g.Relu($"{name}.out", g.Add($"{name}.add", y, x)));
    }

    // Weights are initialized from N(0, sqrt(2 / fan-in)), the classifier's too.
    private static Value ConvNorm(GraphBuilder g, Value x, string path, int index, int width, int stride)
    {
        const int Kernel = 3;
        var start = Initialization.Normal(Math.Sqrt(2.0 / (Kernel * Kernel * g.ShapeOf(x)[1])));
        x = g.Conv2d($"{path}conv{index}", x, width, Kernel, stride, padding: 1, initialization: start);
        return g.BatchNorm2d($"{path}bn{index}", x);
    }
}
