using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>MobileNetV2. Sandler et al. 2018, arXiv 1801.04381, section 3.3 and Tab. 2.</summary>
internal static class MobileNetV2
{
    internal static ImmutableArray<Model> Models { get; } =
    [
        Model.Cifar("cifar_mobilenet_v2", "MobileNetV2 for small images (Sandler et al. 2018)", Cifar),
        Model.ImageNet("mobilenet_v2", "MobileNetV2 (Sandler et al. 2018)", ImageNet),
    ];

    // Tab. 2: expansion, channels, blocks, stride of the first block.
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    /// <summary>The network of Tab. 2. Names are torchvision's.</summary>
    public static Graph ImageNet(NetworkInput input, int classes)
    {
        var g = new GraphBuilder("mobilenet_v2");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.ConvNormActivation("features.0", x, 32, ActivationKind.Relu6, kernel: 3, stride: 2);
        var index = 1;
        foreach (var (expansion, channels, blocks, stride) in Stages)
        {
            for (var block = 0; block < blocks; block++)
            {
                x = InvertedResidual(g, x, $"features.{index++}", channels, expansion, block == 0 ? stride : 1);
            }
        }

        x = g.ConvNormActivation($"features.{index}", x, 1280, ActivationKind.Relu6);
        x = g.Dropout("classifier.0", g.GlobalAveragePool(x, "features.out", isFunction: true), 0.2);
        return g.Build(g.Linear("classifier.1", x, classes, Initialization.Normal(0.01)));
    }

    // Tab. 1: expansion, depthwise filter, linear projection; a sum where the shape stays.
    private static Value InvertedResidual(GraphBuilder g, Value x, string name, int channels, int expansion, int stride)
    {
        var width = g.ShapeOf(x)[1];
        var hidden = (int)width * expansion;
        var layer = 0;
        var y = x;
        if (expansion != 1)
        {
            y = g.ConvNormActivation($"{name}.conv.{layer++}", y, hidden, ActivationKind.Relu6);
        }

        y = g.ConvNormActivation($"{name}.conv.{layer++}", y, hidden, ActivationKind.Relu6, kernel: 3, stride, hidden);
        y = g.Conv2d($"{name}.conv.{layer++}", y, channels, kernel: 1);
        y = g.BatchNorm2d($"{name}.conv.{layer}", y);
        return stride == 1 && width == channels ? g.Add($"{name}.add", x, y) : y;
    }

    /// <summary>
    /// The network for images of 32 pixels. Names are those of the authors' program; as there, the first layer is a
    /// padded 1x1 convolution, the sixth stage keeps the image size, all convolutions have biases, and the classifier
    /// is a convolution.
    /// </summary>
    public static Graph Cifar(NetworkInput input, int classes)
    {
        var g = new GraphBuilder("cifar_mobilenet_v2");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = BiasedConvNorm(g, x, "pre", 0, 32, padding: 1);
        x = g.Activation("pre.2", x, ActivationKind.Relu6);
        for (var stage = 1; stage <= Stages.Length; stage++)
        {
            var (expansion, channels, blocks, stride) = Stages[stage - 1];
            for (var block = 0; block < blocks; block++)
            {
                var name = blocks == 1 ? $"stage{stage}" : $"stage{stage}.{block}";
                x = CifarInvertedResidual(g, x, name, channels, expansion, block == 0 && stage != 6 ? stride : 1);
            }
        }

        x = BiasedConvNorm(g, x, "conv1", 0, 1280);
        x = g.Activation("conv1.2", x, ActivationKind.Relu6);
        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        return g.Build(g.Flatten("flatten", BiasedConv(g, x, "conv2", classes)));
    }

    private static Value CifarInvertedResidual(
        GraphBuilder g, Value x, string name, int channels, int expansion, int stride)
    {
        var width = g.ShapeOf(x)[1];
        var hidden = (int)width * expansion;
        var residual = $"{name}.residual";
        var y = BiasedConvNorm(g, x, residual, 0, hidden);
        y = g.Activation($"{residual}.2", y, ActivationKind.Relu6);
        y = BiasedConvNorm(g, y, residual, 3, hidden, kernel: 3, stride: stride, padding: 1, groups: hidden);
        y = g.Activation($"{residual}.5", y, ActivationKind.Relu6);
        y = BiasedConvNorm(g, y, residual, 6, channels);
        return stride == 1 && width == channels ? g.Add($"{name}.add", x, y) : y;
    }

    private static Value BiasedConvNorm(
        GraphBuilder g, Value x, string name, int index, int channels, int kernel = 1, int stride = 1, int padding = 0,
        int groups = 1)
    {
        x = BiasedConv(g, x, $"{name}.{index}", channels, kernel, stride, padding, groups);
        return g.BatchNorm2d($"{name}.{index + 1}", x);
    }

    // PyTorch's default initialization: weights and biases uniform in ±1/sqrt(fan-in).
    private static Value BiasedConv(
        GraphBuilder g,
        Value x,
        string name,
        int channels,
        int kernel = 1,
        int stride = 1,
        int padding = 0,
        int groups = 1)
    {
        var uniform = Initialization.Uniform(1 / Math.Sqrt(g.ShapeOf(x)[1] / groups * kernel * kernel));
        return g.Conv2d(
            name, x, channels, kernel, stride, padding, bias: true, groups: groups, initialization: uniform,
            biasInitialization: uniform);
    }
}
