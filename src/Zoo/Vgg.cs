using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// VGG. Simonyan and Zisserman 2015, arXiv 1409.1556, Tab. 1 (A, B, D and E): for large images, with or without batch
/// normalization; for small ones with batch normalization and one linear layer.
/// </summary>
internal static class Vgg
{
    private const int Hidden = 4096;

    /// <summary>Tab. 1: channels of the 3x3 convolutions of each block.</summary>
    private static readonly (int Depth, int[][] Widths)[] Networks =
    [
        (11, [[64], [128], [256, 256], [512, 512], [512, 512]]),
        (13, [[64, 64], [128, 128], [256, 256], [512, 512], [512, 512]]),
        (16, [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]]),
        (19, [[64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512, 512, 512, 512]]),
    ];

    internal static ImmutableArray<Model> Models { get; } =
    [
        .. new[] { 16, 19 }.Select(depth => Model.Cifar(
            $"cifar_vgg{depth}",
            $"VGG-{depth} with batch norm for small images (Simonyan and Zisserman 2015)",
            (input, classes) => Cifar(depth, input, classes))),
        .. Networks.Select(network => Model.ImageNet(
            $"vgg{network.Depth}",
            "VGG (Simonyan and Zisserman 2015)",
            (input, classes) => ImageNet($"vgg{network.Depth}", network.Widths, hasNorms: false, input, classes))),
        .. Networks.Select(network => Model.ImageNet(
            $"vgg{network.Depth}_bn",
            "VGG with batch norm (Simonyan and Zisserman 2015)",
            (input, classes) => ImageNet($"vgg{network.Depth}_bn", network.Widths, hasNorms: true, input, classes))),
    ];

    /// <summary>
    /// Five blocks of 3x3 convolutions, one linear layer. Names are those of the authors' program; as there, images of
    /// 32 pixels are halved after the first three blocks only.
    /// </summary>
    public static Graph Cifar(int depth, NetworkInput input, int classes)
    {
        if (depth is not (16 or 19))
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "VGG has 16 or 19 layers here.");
        }

        var widths = Networks.Single(network => network.Depth == depth).Widths;
        var g = new GraphBuilder($"cifar_vgg{depth}");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        for (var block = 0; block < widths.Length; block++)
        {
            x = Block(g, x, $"block{block}", widths[block]);
            if (block < 3)
            {
                x = g.MaxPool2d($"pool{block}", x, 2);
            }
        }

        x = g.AdaptiveAveragePool2d("pool4", x, 1);
        x = g.Flatten("flatten", x);
        return g.Build(g.Linear("classifier", x, classes, Initialization.Normal(0.01)));
    }

    private static Value Block(GraphBuilder g, Value x, string name, int[] widths)
    {
        for (var layer = 0; layer < widths.Length; layer++)
        {
            x = g.Conv2d($"{name}.{3 * layer}", x, widths[layer], kernel: 3, padding: 1, bias: true);
            x = g.BatchNorm2d($"{name}.{3 * layer + 1}", x);
            x = layer == widths.Length - 1
                ? g.AsFunction(g.Relu($"{name}.out", x))
                : g.Relu($"{name}.{3 * layer + 2}", x);
        }

        return x;
    }

    // Layer names are numbers, as in torchvision.
    private static Graph ImageNet(string name, int[][] widths, bool hasNorms, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        var layer = 0;
        string Next() => $"features.{layer++}";
        foreach (var block in widths)
        {
            foreach (var width in block)
            {
                x = g.Conv2d(Next(), x, width, kernel: 3, padding: 1, bias: true);
                x = hasNorms ? g.BatchNorm2d(Next(), x) : x;
                x = g.Relu(Next(), x);
            }

            x = g.MaxPool2d(Next(), x, 2);
        }

        x = g.AdaptiveAveragePool2d("avgpool", x, 7);
        x = g.Flatten("flatten", x);
        return g.Build(Classifier(g, x, classes));
    }

    // Section 2.1: three layers; dropout (section 3.1) after the first two.
    private static Value Classifier(GraphBuilder g, Value x, int classes)
    {
        var start = Initialization.Normal(0.01);
        x = g.Linear("classifier.0", x, Hidden, start);
        x = g.Relu("classifier.1", x);
        x = g.Dropout("classifier.2", x, 0.5);
        x = g.Linear("classifier.3", x, Hidden, start);
        x = g.Relu("classifier.4", x);
        x = g.Dropout("classifier.5", x, 0.5);
        return g.Linear("classifier.6", x, classes, start);
    }
}
