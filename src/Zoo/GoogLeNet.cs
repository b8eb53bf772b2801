using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// GoogLeNet (Inception v1) without auxiliary heads. Szegedy et al. 2015, arXiv 1409.4842, Tab. 1, with batch
/// normalization instead of local response normalization.
/// </summary>
/// <remarks>
/// As in torchvision the 5x5 convolutions are 3x3. torchvision's published weights need images scaled to -1..1.
/// </remarks>
internal static class GoogLeNet
{
    private const double Epsilon = 1e-3;

    /// <summary>Tab. 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj of each module.</summary>
    private static readonly (string Name, int[] Widths)[] Modules =
    [
        ("inception3a", [64, 96, 128, 16, 32, 32]),
        ("inception3b", [128, 128, 192, 32, 96, 64]),
        ("inception4a", [192, 96, 208, 16, 48, 64]),
        ("inception4b", [160, 112, 224, 24, 64, 64]),
        ("inception4c", [128, 128, 256, 24, 64, 64]),
        ("inception4d", [112, 144, 288, 32, 64, 64]),
        ("inception4e", [256, 160, 320, 32, 128, 128]),
        ("inception5a", [256, 160, 320, 32, 128, 128]),
        ("inception5b", [384, 192, 384, 48, 128, 128]),
    ];

    internal static ImmutableArray<Model> Models { get; } =
        [Model.ImageNet("googlenet", "GoogLeNet with batch norm (Szegedy et al. 2015)", Build)];

    private static Initialization Start { get; } = Initialization.Normal(0.01);

    private static Graph Build(NetworkInput input, int classes)
    {
        var g = new GraphBuilder("googlenet");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = Conv(g, x, "conv1", 64, kernel: 7, stride: 2);
        x = Pool(g, x, "maxpool1", 3);
        x = Conv(g, x, "conv2", 64, kernel: 1);
        x = Conv(g, x, "conv3", 192, kernel: 3);
        x = Pool(g, x, "maxpool2", 3);
        foreach (var (name, widths) in Modules)
        {
            x = Inception(g, x, name, widths);
            x = name switch
            {
                "inception3b" => Pool(g, x, "maxpool3", 3),
                "inception4e" => Pool(g, x, "maxpool4", 2),
                _ => x,
            };
        }

        x = g.AdaptiveAveragePool2d("avgpool", x, 1);
        x = g.Flatten("flatten", x);
        x = g.Dropout("dropout", x, 0.2);
        return g.Build(g.Linear("fc", x, classes, Start));
    }

    // Fig. 2b.
    private static Value Inception(GraphBuilder g, Value x, string name, int[] widths)
    {
        var pointwise = Conv(g, x, $"{name}.branch1", widths[0], kernel: 1);
        var medium = Conv(g, x, $"{name}.branch2.0", widths[1], kernel: 1);
        medium = Conv(g, medium, $"{name}.branch2.1", widths[2], kernel: 3);
        var large = Conv(g, x, $"{name}.branch3.0", widths[3], kernel: 1);
        large = Conv(g, large, $"{name}.branch3.1", widths[4], kernel: 3);
        var pooled = g.MaxPool2d($"{name}.branch4.0", x, 3, stride: 1, padding: 1, ceilMode: true);
        pooled = Conv(g, pooled, $"{name}.branch4.1", widths[5], kernel: 1);
        return g.Concat($"{name}.concat", 1, pointwise, medium, large, pooled);
    }

    private static Value Pool(GraphBuilder g, Value x, string name, int kernel) =>
        g.MaxPool2d(name, x, kernel, stride: 2, ceilMode: true);

    private static Value Conv(GraphBuilder g, Value x, string name, int channels, int kernel, int stride = 1)
    {
        x = g.Conv2d($"{name}.conv", x, channels, kernel, stride, kernel / 2, initialization: Start);
        return g.Relu($"{name}.relu", g.BatchNorm2d($"{name}.bn", x, Epsilon));
    }
}
