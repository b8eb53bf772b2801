using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// Dilated residual networks with a head for semantic segmentation. FCN: Long et al. 2015, arXiv 1411.4038; DeepLabV3:
/// Chen et al. 2017, arXiv 1706.05587, section 3.3. Names, heads and numbers are torchvision's, without its auxiliary
/// head.
/// </summary>
internal static class DilatedSegmentation
{
    // Classes of Pascal VOC, as in torchvision's weights.
    private const int Classes = 21;
    private const int Size = 520;

    private static readonly int[] Rates = [12, 24, 36];
    private static readonly string[] Backbones = ["resnet18", "resnet50", "resnet101"];

    internal static ImmutableArray<Model> Models { get; } =
    [
        .. Backbones.Select(backbone => Of(
            $"fcn_{backbone}", $"FCN with a dilated {Title(backbone)} (Long et al. 2015)", backbone, FcnHead)),
        .. Backbones.Select(backbone => Of(
            $"deeplabv3_{backbone}", $"DeepLabV3 with {Title(backbone)} (Chen et al. 2017)", backbone, DeepLabHead)),
    ];

    private static Model Of(
        string name, string description, string backbone, Func<GraphBuilder, Value, int, Value> head) =>
        new(
            name, description, new(3, Size, Size), Classes,
            (input, classes) => Build(name, backbone, head, input, classes))
        {
            Task = ModelTask.Segmentation,
        };

    private static Graph Build(
        string name, string backbone, Func<GraphBuilder, Value, int, Value> head, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = ResNet.DilatedTrunk(g, x, backbone, "backbone.");
        x = head(g, x, classes);
        return g.Build(Resized(g, "out", x, input.Height, input.Width));
    }

    private static Value FcnHead(GraphBuilder g, Value x, int classes)
    {
        x = NormedConvolution(g, "classifier.0", "classifier.1", x, g.ShapeOf(x)[1] / 4, kernel: 3);
        x = g.Dropout("classifier.3", g.Relu("classifier.2", x), 0.1);
        return g.Conv2d("classifier.4", x, classes, kernel: 1, bias: true);
    }

    private static Value DeepLabHead(GraphBuilder g, Value x, int classes)
    {
        const int Width = 256;
        x = PyramidPooling(g, x, "classifier.0", Width);
        x = g.Relu("classifier.3", NormedConvolution(g, "classifier.1", "classifier.2", x, Width, kernel: 3));
        return g.Conv2d("classifier.4", x, classes, kernel: 1, bias: true);
    }

    // Section 3.3: a 1x1 convolution, three dilated ones, and the mean of the image, in parallel.
    private static Value PyramidPooling(GraphBuilder g, Value x, string name, int width)
    {
        var parts = new List<Value> { Branch(g, $"{name}.convs.0", x, width, kernel: 1) };
        for (var i = 0; i < Rates.Length; i++)
        {
            parts.Add(Branch(g, $"{name}.convs.{i + 1}", x, width, kernel: 3, dilation: Rates[i]));
        }

        var last = $"{name}.convs.{Rates.Length + 1}";
        var mean = g.AdaptiveAveragePool2d($"{last}.0", x, 1);
        mean = g.Relu($"{last}.3", NormedConvolution(g, $"{last}.1", $"{last}.2", mean, width, kernel: 1));
        parts.Add(Resized(g, $"{last}.resized", mean, (int)g.ShapeOf(x)[2], (int)g.ShapeOf(x)[3]));
        x = g.Concat($"{name}.parts", 1, [.. parts]);
        return g.Dropout($"{name}.project.3", Branch(g, $"{name}.project", x, width, kernel: 1), 0.5);
    }

    private static Value Branch(GraphBuilder g, string name, Value x, int width, int kernel, int dilation = 1) =>
        g.Relu($"{name}.2", NormedConvolution(g, $"{name}.0", $"{name}.1", x, width, kernel, dilation));

    private static Value NormedConvolution(
        GraphBuilder g, string name, string norm, Value x, long width, int kernel, int dilation = 1) =>
        g.BatchNorm2d(
            norm, g.Conv2d(name, x, width, kernel, padding: dilation * (kernel / 2), dilation: dilation));

    private static Value Resized(GraphBuilder g, string name, Value x, int height, int width) =>
        g.Upsample(name, x, new(height, width), UpsampleMode.Bilinear);

    private static string Title(string backbone) => backbone.Replace("resnet", "ResNet-", StringComparison.Ordinal);
}
