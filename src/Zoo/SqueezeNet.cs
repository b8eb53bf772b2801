using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// SqueezeNet. Iandola et al. 2016, arXiv 1602.07360, Tab. 1; 1.1 is the authors' second release, with a smaller stem
/// and earlier pooling.
/// </summary>
internal static class SqueezeNet
{
    /// <summary>
    /// Tab. 1: stem, then channels of each fire module's squeeze and of both halves of its expand; 0 is a pool.
    /// </summary>
    private static readonly (string Name, int Stem, int Kernel, (int Squeeze, int Expand)[] Fires)[] Networks =
    [
        ("squeezenet1_0", 96, 7,
            [(16, 64), (16, 64), (32, 128), (0, 0), (32, 128), (48, 192), (48, 192), (64, 256), (0, 0), (64, 256)]),
        ("squeezenet1_1", 64, 3,
            [(16, 64), (16, 64), (0, 0), (32, 128), (32, 128), (0, 0), (48, 192), (48, 192), (64, 256), (64, 256)]),
    ];

    internal static ImmutableArray<Model> Models { get; } =
    [
        .. Networks.Select(network => Model.ImageNet(
            network.Name,
            "SqueezeNet (Iandola et al. 2016)",
            (input, classes) => Build(network.Name, network.Stem, network.Kernel, network.Fires, input, classes))),
    ];

    private static Graph Build(
        string name, int stem, int kernel, (int Squeeze, int Expand)[] fires, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.Relu("features.1", Conv(g, "features.0", x, stem, kernel, stride: 2));
        x = Pool(g, x, 2);
        for (var index = 0; index < fires.Length; index++)
        {
            var (squeeze, expand) = fires[index];
            x = squeeze == 0 ? Pool(g, x, index + 3) : Fire(g, x, $"features.{index + 3}", squeeze, expand);
        }

        x = g.Dropout("classifier.0", x, 0.5);
        x = g.Conv2d("classifier.1", x, classes, 1, bias: true, initialization: Initialization.Normal(0.01));
        x = g.Relu("classifier.2", x);
        x = g.AdaptiveAveragePool2d("classifier.3", x, 1);
        return g.Build(g.Flatten("flatten", x));
    }

    private static Value Pool(GraphBuilder g, Value x, int index) =>
        g.MaxPool2d($"features.{index}", x, 3, stride: 2, ceilMode: true);

    // Fig. 1.
    private static Value Fire(GraphBuilder g, Value x, string name, int squeeze, int expand)
    {
        x = g.Relu($"{name}.squeeze_activation", Conv(g, $"{name}.squeeze", x, squeeze, kernel: 1));
        var pointwise = Conv(g, $"{name}.expand1x1", x, expand, kernel: 1);
        pointwise = g.Relu($"{name}.expand1x1_activation", pointwise);
        var spatial = Conv(g, $"{name}.expand3x3", x, expand, kernel: 3, padding: 1);
        spatial = g.Relu($"{name}.expand3x3_activation", spatial);
        return g.Concat($"{name}.concat", 1, pointwise, spatial);
    }

    // Weights are initialized uniformly in ±sqrt(6 / fan-in).
    private static Value Conv(
        GraphBuilder g, string name, Value x, int channels, int kernel, int stride = 1, int padding = 0)
    {
        var start = Initialization.Uniform(Math.Sqrt(6.0 / (kernel * kernel * g.ShapeOf(x)[1])));
        return g.Conv2d(name, x, channels, kernel, stride, padding, bias: true, initialization: start);
    }
}
