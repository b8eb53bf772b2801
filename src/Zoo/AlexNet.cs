using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// AlexNet. Krizhevsky, Sutskever and Hinton 2012, in the single-device form of Krizhevsky 2014 (arXiv 1404.5997), as
/// in torchvision: no local response normalization, no groups, 64 to 384 channels.
/// </summary>
internal static class AlexNet
{
    private const int Hidden = 4096;

    internal static ImmutableArray<Model> Models { get; } =
        [Model.ImageNet("alexnet", "AlexNet on one device (Krizhevsky 2014)", Build)];

    private static Graph Build(NetworkInput input, int classes)
    {
        var g = new GraphBuilder("alexnet");
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = Layer(g, x, 0, 64, kernel: 11, stride: 4, padding: 2);
        x = g.MaxPool2d("features.2", x, 3, stride: 2);
        x = Layer(g, x, 3, 192, kernel: 5, stride: 1, padding: 2);
        x = g.MaxPool2d("features.5", x, 3, stride: 2);
        x = Layer(g, x, 6, 384, kernel: 3, stride: 1, padding: 1);
        x = Layer(g, x, 8, 256, kernel: 3, stride: 1, padding: 1);
        x = Layer(g, x, 10, 256, kernel: 3, stride: 1, padding: 1);
        x = g.MaxPool2d("features.12", x, 3, stride: 2);
        x = g.AdaptiveAveragePool2d("avgpool", x, 6);
        x = g.Flatten("flatten", x);
        x = g.Dropout("classifier.0", x, 0.5);
        x = g.Relu("classifier.2", g.Linear("classifier.1", x, Hidden));
        x = g.Dropout("classifier.3", x, 0.5);
        x = g.Relu("classifier.5", g.Linear("classifier.4", x, Hidden));
        return g.Build(g.Linear("classifier.6", x, classes));
    }

    // Weights are initialized uniformly in ±1 / sqrt(fan-in), as in torchvision. Biases are 0; torchvision's are
    // uniform too.
    private static Value Layer(GraphBuilder g, Value x, int index, int channels, int kernel, int stride, int padding)
    {
        var start = Initialization.Uniform(1 / Math.Sqrt(kernel * kernel * g.ShapeOf(x)[1]));
        x = g.Conv2d($"features.{index}", x, channels, kernel, stride, padding, bias: true, initialization: start);
        return g.Relu($"features.{index + 1}", x);
    }
}
