using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Densely connected networks, DenseNet-BC. Huang et al. 2017, arXiv 1608.06993, section 3 and Tab. 1: every layer
/// reads the outputs of all layers before it in its block.
/// </summary>
internal static class DenseNet
{
    /// <summary>Channels of a bottleneck by the growth rate (section 3, "Bottleneck layers").</summary>
    private const int BottleneckFactor = 4;

    /// <summary>
    /// Tab. 1: channels that a layer adds (the growth rate k), and layers per block. 161 is from the authors' program.
    /// </summary>
    private static readonly (string Name, int Growth, int[] Layers)[] Networks =
    [
        ("densenet121", 32, [6, 12, 24, 16]),
        ("densenet161", 48, [6, 12, 36, 24]),
        ("densenet169", 32, [6, 12, 32, 32]),
        ("densenet201", 32, [6, 12, 48, 32]),
    ];

    internal static ImmutableArray<Model> Models { get; } =
    [
        .. Networks.Select(network => Model.ImageNet(
            network.Name,
            "DenseNet-BC (Huang et al. 2017)",
            (input, classes) => Build(network.Name, network.Growth, network.Layers, input, classes))),
    ];

    private static Graph Build(string name, int growth, int[] layers, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = Conv(g, "features.conv0", x, 2 * growth, kernel: 7, stride: 2);
        x = g.BatchNorm2d("features.norm0", x);
        x = g.Relu("features.relu0", x);
        x = g.MaxPool2d("features.pool0", x, 3, stride: 2, padding: 1);
        for (var block = 1; block <= layers.Length; block++)
        {
            x = DenseBlock(g, x, $"features.denseblock{block}", layers[block - 1], growth);
            x = block < layers.Length ? Transition(g, x, $"features.transition{block}") : x;
        }

        x = g.BatchNorm2d("features.norm5", x);
        x = g.AsFunction(g.Relu("features.relu.out", x));
        x = g.AsFunction(g.AdaptiveAveragePool2d("features.pool.out", x, 1));
        x = g.Flatten("flatten", x);
        return g.Build(g.Linear("classifier", x, classes, Initialization.Uniform(1 / Math.Sqrt(g.ShapeOf(x)[1]))));
    }

    // Eq. 2.
    private static Value DenseBlock(GraphBuilder g, Value x, string name, int layers, int growth)
    {
        List<Value> written = [x];
        for (var layer = 1; layer <= layers; layer++)
        {
            written.Add(DenseLayer(g, x, $"{name}.denselayer{layer}", growth));
            x = g.Concat($"{name}.denselayer{layer}.concat", 1, [.. written]);
        }

        return x;
    }

    // BN-ReLU-Conv(1x1)-BN-ReLU-Conv(3x3).
    private static Value DenseLayer(GraphBuilder g, Value x, string name, int growth)
    {
        x = g.BatchNorm2d($"{name}.norm1", x);
        x = g.Relu($"{name}.relu1", x);
        x = Conv(g, $"{name}.conv1", x, BottleneckFactor * growth, kernel: 1);
        x = g.BatchNorm2d($"{name}.norm2", x);
        x = g.Relu($"{name}.relu2", x);
        return Conv(g, $"{name}.conv2", x, growth, kernel: 3);
    }

    // Halves the channels and the image.
    private static Value Transition(GraphBuilder g, Value x, string name)
    {
        x = g.BatchNorm2d($"{name}.norm", x);
        x = g.Relu($"{name}.relu", x);
        x = Conv(g, $"{name}.conv", x, g.ShapeOf(x)[1] / 2, kernel: 1);
        return g.AveragePool2d($"{name}.pool", x, 2);
    }

    // Weights are initialized from N(0, sqrt(2 / fan-in)).
    private static Value Conv(GraphBuilder g, string name, Value x, long channels, int kernel, int stride = 1)
    {
        var start = Initialization.Normal(Math.Sqrt(2.0 / (kernel * kernel * g.ShapeOf(x)[1])));
        return g.Conv2d(name, x, channels, kernel, stride, kernel / 2, initialization: start);
    }
}
