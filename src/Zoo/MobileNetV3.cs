using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// MobileNetV3. Howard et al. 2019, arXiv 1905.02244, Tab. 1 (Large) and 2 (Small). Names are torchvision's.
/// </summary>
internal static class MobileNetV3
{
    private const ActivationKind RE = ActivationKind.Relu;
    private const ActivationKind HS = ActivationKind.HardSwish;

    internal static ImmutableArray<Model> Models { get; } =
    [
        Model.ImageNet("mobilenet_v3_large", "MobileNetV3-Large (Howard et al. 2019)", Large),
        Model.ImageNet("mobilenet_v3_small", "MobileNetV3-Small (Howard et al. 2019)", Small),
    ];

    private static readonly Bottleneck[] LargeBottlenecks =
    [
        new(3, 16, 16, false, RE, 1),
        new(3, 64, 24, false, RE, 2),
        new(3, 72, 24, false, RE, 1),
        new(5, 72, 40, true, RE, 2),
        new(5, 120, 40, true, RE, 1),
        new(5, 120, 40, true, RE, 1),
        new(3, 240, 80, false, HS, 2),
        new(3, 200, 80, false, HS, 1),
        new(3, 184, 80, false, HS, 1),
        new(3, 184, 80, false, HS, 1),
        new(3, 480, 112, true, HS, 1),
        new(3, 672, 112, true, HS, 1),
        new(5, 672, 160, true, HS, 2),
        new(5, 960, 160, true, HS, 1),
        new(5, 960, 160, true, HS, 1),
    ];

    private static readonly Bottleneck[] SmallBottlenecks =
    [
        new(3, 16, 16, true, RE, 2),
        new(3, 72, 24, false, RE, 2),
        new(3, 88, 24, false, RE, 1),
        new(5, 96, 40, true, HS, 2),
        new(5, 240, 40, true, HS, 1),
        new(5, 240, 40, true, HS, 1),
        new(5, 120, 48, true, HS, 1),
        new(5, 144, 48, true, HS, 1),
        new(5, 288, 96, true, HS, 2),
        new(5, 576, 96, true, HS, 1),
        new(5, 576, 96, true, HS, 1),
    ];

    /// <summary>The network of Tab. 1.</summary>
    public static Graph Large(NetworkInput input, int classes) =>
        Build("mobilenet_v3_large", LargeBottlenecks, 1280, input, classes);

    /// <summary>The network of Tab. 2.</summary>
    public static Graph Small(NetworkInput input, int classes) =>
        Build("mobilenet_v3_small", SmallBottlenecks, 1024, input, classes);

    private static Graph Build(string name, Bottleneck[] bottlenecks, int features, NetworkInput input, int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = ConvNorm(g, x, "features.0", 16, HS, kernel: 3, stride: 2);
        for (var index = 0; index < bottlenecks.Length; index++)
        {
            x = InvertedResidual(g, x, $"features.{index + 1}", bottlenecks[index]);
        }

        x = ConvNorm(g, x, $"features.{bottlenecks.Length + 1}", 6 * bottlenecks[^1].Channels, HS);
        x = g.Linear("classifier.0", g.GlobalAveragePool(x), features, Initialization.Normal(0.01));
        x = g.Dropout("classifier.2", g.Activation("classifier.1", x, HS), 0.2);
        return g.Build(g.Linear("classifier.3", x, classes, Initialization.Normal(0.01)));
    }

    // Fig. 4: MobileNetV2's block with squeeze-and-excitation of the expanded channels to a quarter (section 5.3).
    private static Value InvertedResidual(GraphBuilder g, Value x, string name, Bottleneck bottleneck)
    {
        var (kernel, expanded, channels, excites, activation, stride) = bottleneck;
        var width = g.ShapeOf(x)[1];
        var layer = 0;
        var y = x;
        if (expanded != width)
        {
            y = ConvNorm(g, y, $"{name}.block.{layer++}", expanded, activation);
        }

        y = ConvNorm(g, y, $"{name}.block.{layer++}", expanded, activation, kernel, stride, groups: expanded);
        if (excites)
        {
            var squeezed = SharedLayers.RoundToMultipleOf8(expanded / 4);
            y = g.SqueezeExcitation($"{name}.block.{layer++}", y, squeezed, RE, ActivationKind.HardSigmoid);
        }

        y = ConvNorm(g, y, $"{name}.block.{layer}", channels, activation: null);
        return stride == 1 && width == channels ? g.Add($"{name}.add", y, x) : y;
    }

    private static Value ConvNorm(
        GraphBuilder g, Value x, string name, int channels, ActivationKind? activation, int kernel = 1, int stride = 1,
        int groups = 1) =>
        g.ConvNormActivation(name, x, channels, activation, kernel, stride, groups, BatchNormSettings.TensorFlow);

    // A row of the tables: filter, expanded width, output width, SE, NL, s.
    private sealed record Bottleneck(
        int Kernel, int Expanded, int Channels, bool Excites, ActivationKind Activation, int Stride);
}
