using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Residual networks. He et al. 2016, arXiv 1512.03385: Tab. 1 for large images; section 4.2 for CIFAR, depth = 6n + 2,
/// projection shortcuts. ResNeXt: Xie et al. 2017, arXiv 1611.05431. Wide: Zagoruyko and Komodakis 2016, arXiv
/// 1605.07146.
/// </summary>
/// <remarks>As in torchvision, the 3x3 convolution of a bottleneck has the stride, not the paper's first 1x1.</remarks>
internal static class ResNet
{
    private const int Expansion = 4;

    private static readonly int[] StageWidths = [64, 128, 256, 512];

    /// <summary>Tab. 1: blocks per stage, of two 3x3 convolutions.</summary>
    private static readonly (string Name, int[] Blocks)[] BasicNetworks =
    [
        ("resnet18", [2, 2, 2, 2]),
        ("resnet34", [3, 4, 6, 3]),
    ];

    /// <summary>
    /// Tab. 1: blocks per stage, of three convolutions; groups of the middle one, and its channels relative to the
    /// stage's width.
    /// </summary>
    private static readonly (string Name, int[] Blocks, int Groups, int Widening, string Paper)[] BottleneckNetworks =
    [
        ("resnet50", [3, 4, 6, 3], 1, 1, "ResNet (He et al. 2016)"),
        ("resnet101", [3, 4, 23, 3], 1, 1, "ResNet (He et al. 2016)"),
        ("resnet152", [3, 8, 36, 3], 1, 1, "ResNet (He et al. 2016)"),
        ("resnext50_32x4d", [3, 4, 6, 3], 32, 2, "ResNeXt, 32 groups (Xie et al. 2017)"),
        ("wide_resnet50_2", [3, 4, 6, 3], 1, 2, "Wide ResNet, twice as wide inside (Zagoruyko and Komodakis 2016)"),
    ];

    // The authors' program calls the last ReLU as a function.
    private static readonly Block CifarBlock = BasicBlock("out", isFunction: true);

    private delegate Value Block(GraphBuilder g, Value x, string name, int width, int stride, int dilation = 1);

    internal static ImmutableArray<Model> Models { get; } =
    [
        .. new[] { 8, 20, 32, 44, 56, 110 }.Select(depth => Model.Cifar(
            $"cifar_resnet{depth}",
            $"ResNet-{depth} for small images (He et al. 2016, section 4.2)",
            (input, classes) => Cifar(depth, input, classes))),
        .. BasicNetworks.Select(network => Model.ImageNet(
            network.Name,
            "ResNet (He et al. 2016)",
            (input, classes) =>
                ImageNet(network.Name, network.Blocks, BasicBlock("relu2", isFunction: false), input, classes))),
        .. BottleneckNetworks.Select(network => Model.ImageNet(
            network.Name,
            network.Paper,
            (input, classes) => ImageNet(
                network.Name, network.Blocks, Bottleneck(network.Groups, network.Widening), input, classes))),
    ];

    /// <summary>
    /// The CIFAR network of three stages with 16, 32 and 64 channels. Names are those of the authors' program.
    /// </summary>
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
        x = Stage(g, x, "layer1", CifarBlock, 16, blocks, stride: 1);
        x = Stage(g, x, "layer2", CifarBlock, 32, blocks, stride: 2);
        x = Stage(g, x, "layer3", CifarBlock, 64, blocks, stride: 2);
        return g.Build(Classifier(g, x, classes));
    }

    // Tab. 1.
    private static Graph ImageNet(string name, int[] blocks, Block block, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = Stem(g, x, prefix: "");
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            x = Stage(g, x, $"layer{stage + 1}", block, StageWidths[stage], blocks[stage], stride: stage == 0 ? 1 : 2);
        }

        return g.Build(Classifier(g, x, classes));
    }

    /// <summary>
    /// The layers of a large network before its classifier, with a prefix for names. The last two stages use dilation
    /// instead of strides, as in torchvision's segmentation networks: Chen et al. 2017, arXiv 1706.05587, Fig. 3.
    /// </summary>
    public static Value DilatedTrunk(GraphBuilder g, Value x, string network, string prefix)
    {
        var (blocks, block) = BasicNetworks.Where(basic => basic.Name == network)
            .Select(basic => (basic.Blocks, BasicBlock("relu2", isFunction: false)))
            .Concat(BottleneckNetworks.Where(deep => deep.Name == network)
                .Select(deep => (deep.Blocks, Bottleneck(deep.Groups, deep.Widening))))
            .Single();
        x = Stem(g, x, prefix);
        x = Stage(g, x, $"{prefix}layer1", block, StageWidths[0], blocks[0], stride: 1);
        x = Stage(g, x, $"{prefix}layer2", block, StageWidths[1], blocks[1], stride: 2);
        x = Stage(g, x, $"{prefix}layer3", block, StageWidths[2], blocks[2], stride: 1, first: 1, dilation: 2);
        return Stage(g, x, $"{prefix}layer4", block, StageWidths[3], blocks[3], stride: 1, first: 2, dilation: 4);
    }

    private static Value Stem(GraphBuilder g, Value x, string prefix)
    {
        x = g.Conv2d($"{prefix}conv1", x, 64, kernel: 7, stride: 2, padding: 3);
        x = g.BatchNorm2d($"{prefix}bn1", x);
        x = g.Relu($"{prefix}relu", x);
        return g.MaxPool2d($"{prefix}maxpool", x, 3, stride: 2, padding: 1);
    }

    private static Value Classifier(GraphBuilder g, Value x, int classes)
    {
        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        x = g.Flatten("flatten", x);
        return g.Linear("fc", x, classes);
    }

    // The first block may have another dilation.
    private static Value Stage(
        GraphBuilder g, Value x, string name, Block block, int width, int blocks, int stride, int first = 1,
        int dilation = 1)
    {
        for (var index = 0; index < blocks; index++)
        {
            x = block(g, x, $"{name}.{index}", width, index == 0 ? stride : 1, index == 0 ? first : dilation);
        }

        return x;
    }

    // Fig. 5, left.
    private static Block BasicBlock(string last, bool isFunction) => (g, x, name, width, stride, dilation) =>
    {
        var y = g.Conv2d(
            $"{name}.conv1", x, width, kernel: 3, stride: stride, padding: dilation, dilation: dilation);
        y = g.BatchNorm2d($"{name}.bn1", y);
        y = g.Relu($"{name}.relu", y);
        y = g.Conv2d($"{name}.conv2", y, width, kernel: 3, padding: dilation, dilation: dilation);
        y = g.BatchNorm2d($"{name}.bn2", y);
        y = Join(g, x, y, name, stride, last);
        return isFunction ? g.AsFunction(y) : y;
    };

    // Fig. 5, right.
    private static Block Bottleneck(int groups, int widening) => (g, x, name, width, stride, dilation) =>
    {
        var y = g.Conv2d($"{name}.conv1", x, width * widening, kernel: 1);
        y = g.BatchNorm2d($"{name}.bn1", y);
        y = g.Relu($"{name}.relu1", y);
        y = g.Conv2d(
            $"{name}.conv2", y, width * widening, kernel: 3, stride: stride, padding: dilation, groups: groups,
            dilation: dilation);
        y = g.BatchNorm2d($"{name}.bn2", y);
        y = g.Relu($"{name}.relu2", y);
        y = g.Conv2d($"{name}.conv3", y, width * Expansion, kernel: 1);
        y = g.BatchNorm2d($"{name}.bn3", y);
        return Join(g, x, y, name, stride, "relu3");
    };

    // Fig. 2; a 1x1 projection where the shape changes.
    private static Value Join(GraphBuilder g, Value x, Value y, string name, int stride, string last)
    {
        var width = g.ShapeOf(y)[1];
        if (stride != 1 || g.ShapeOf(x)[1] != width)
        {
            x = g.Conv2d($"{name}.downsample.0", x, width, kernel: 1, stride: stride);
            x = g.BatchNorm2d($"{name}.downsample.1", x);
        }

        return g.Relu($"{name}.{last}", g.Add($"{name}.add", y, x));
    }
}
