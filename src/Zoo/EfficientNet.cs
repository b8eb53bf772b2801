using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// EfficientNet-B0 to B7, Tan and Le 2019, arXiv 1905.11946, Tab. 1 and section 3.3, and EfficientNetV2-S, Tan and Le
/// 2021, arXiv 2104.00298, Fig. 2 and Tab. 4. Names are torchvision's.
/// </summary>
internal static class EfficientNet
{
    private const ActivationKind Swish = ActivationKind.Silu;
    private const double StochasticDepth = 0.2;

    internal static ImmutableArray<Model> Models { get; } =
    [
        Scaled("b0", width: 1.0, depth: 1.0, size: 224, dropout: 0.2, BatchNormSettings.PyTorch),
        Scaled("b1", width: 1.0, depth: 1.1, size: 240, dropout: 0.2, BatchNormSettings.PyTorch),
        Scaled("b2", width: 1.1, depth: 1.2, size: 288, dropout: 0.3, BatchNormSettings.PyTorch),
        Scaled("b3", width: 1.2, depth: 1.4, size: 300, dropout: 0.3, BatchNormSettings.PyTorch),
        Scaled("b4", width: 1.4, depth: 1.8, size: 380, dropout: 0.4, BatchNormSettings.PyTorch),
        Scaled("b5", width: 1.6, depth: 2.2, size: 456, dropout: 0.4, BatchNormSettings.TensorFlow),
        Scaled("b6", width: 1.8, depth: 2.6, size: 528, dropout: 0.5, BatchNormSettings.TensorFlow),
        Scaled("b7", width: 2.0, depth: 3.1, size: 600, dropout: 0.5, BatchNormSettings.TensorFlow),
        Model.ImageNet("efficientnet_v2_s", "EfficientNetV2-S (Tan and Le 2021)", Second, size: 384),
    ];

    // Tab. 1 of the first paper: stages 2 to 8.
    private static readonly Stage[] FirstStages =
    [
        new(false, 1, 3, 1, 16, 1),
        new(false, 6, 3, 2, 24, 2),
        new(false, 6, 5, 2, 40, 2),
        new(false, 6, 3, 2, 80, 3),
        new(false, 6, 5, 1, 112, 3),
        new(false, 6, 5, 2, 192, 4),
        new(false, 6, 3, 1, 320, 1),
    ];

    // Tab. 4 of the second paper: stages 1 to 6.
    private static readonly Stage[] SecondStages =
    [
        new(true, 1, 3, 1, 24, 2),
        new(true, 4, 3, 2, 48, 4),
        new(true, 4, 3, 2, 64, 4),
        new(false, 4, 3, 2, 128, 6),
        new(false, 6, 3, 1, 160, 9),
        new(false, 6, 3, 2, 256, 15),
    ];

    private static Model Scaled(
        string variant, double width, double depth, int size, double dropout, BatchNormSettings norm)
    {
        int Width(int channels) => SharedLayers.RoundToMultipleOf8(channels * width);
        Stage Scale(Stage stage) =>
            stage with { Channels = Width(stage.Channels), Blocks = (int)Math.Ceiling(stage.Blocks * depth) };

        var name = $"efficientnet_{variant}";
        return Model.ImageNet(
            name,
            $"EfficientNet-{variant.ToUpperInvariant()} (Tan and Le 2019)",
            (input, classes) =>
                Build(name, [.. FirstStages.Select(Scale)], Width(32), 4 * Width(320), dropout, norm, input, classes),
            size);
    }

    private static Graph Second(NetworkInput input, int classes) => Build(
        "efficientnet_v2_s", SecondStages, stem: 24, head: 1280, dropout: 0.2,
        BatchNormSettings.PyTorch with { Epsilon = 1e-3 }, input, classes);

    private static Graph Build(
        string name, Stage[] stages, int stem, int head, double dropout, BatchNormSettings norm, NetworkInput input,
        int classes)
    {
        var g = new GraphBuilder(name);
        var x = g.Input("input", input.Channels, input.Height, input.Width);
        x = g.ConvNormActivation("features.0", x, stem, Swish, kernel: 3, stride: 2, norm: norm);
        var (done, total) = (0, stages.Sum(stage => stage.Blocks));
        for (var index = 0; index < stages.Length; index++)
        {
            for (var block = 0; block < stages[index].Blocks; block++)
            {
                var stage = block == 0 ? stages[index] : stages[index] with { Stride = 1 };
                x = Block(g, x, $"features.{index + 1}.{block}", stage, StochasticDepth * done++ / total, norm);
            }
        }

        x = g.ConvNormActivation($"features.{stages.Length + 1}", x, head, Swish, norm: norm);
        x = g.Dropout("classifier.0", g.GlobalAveragePool(x), dropout);
        return g.Build(g.ClassifierByFanOut("classifier.1", x, classes, gain: 1));
    }

    private static Value Block(GraphBuilder g, Value x, string name, Stage stage, double drop, BatchNormSettings norm)
    {
        var width = (int)g.ShapeOf(x)[1];
        var y = stage.Fused
            ? FusedMbConv(g, x, $"{name}.block", width * stage.Expansion, stage, norm)
            : MbConv(g, x, $"{name}.block", width * stage.Expansion, stage, norm);
        return stage.Stride == 1 && width == stage.Channels
            ? g.Add($"{name}.add", g.StochasticDepth($"{name}.stochastic_depth", y, drop), x)
            : y;
    }

    // MobileNetV2's block with squeeze-and-excitation, to a quarter of the block's input.
    private static Value MbConv(GraphBuilder g, Value x, string name, int expanded, Stage stage, BatchNormSettings norm)
    {
        var squeezed = (int)g.ShapeOf(x)[1] / 4;
        var layer = 0;
        if (stage.Expansion != 1)
        {
            x = g.ConvNormActivation($"{name}.{layer++}", x, expanded, Swish, norm: norm);
        }

        x = g.ConvNormActivation($"{name}.{layer++}", x, expanded, Swish, stage.Kernel, stage.Stride, expanded, norm);
        x = g.SqueezeExcitation($"{name}.{layer++}", x, squeezed, Swish, ActivationKind.Sigmoid);
        return g.ConvNormActivation($"{name}.{layer}", x, stage.Channels, activation: null, norm: norm);
    }

    // Fig. 2 of the second paper: one convolution instead of expansion and depthwise convolution.
    private static Value FusedMbConv(
        GraphBuilder g, Value x, string name, int expanded, Stage stage, BatchNormSettings norm)
    {
        x = g.ConvNormActivation($"{name}.0", x, expanded, Swish, stage.Kernel, stage.Stride, norm: norm);
        return stage.Expansion == 1
            ? x
            : g.ConvNormActivation($"{name}.1", x, stage.Channels, activation: null, norm: norm);
    }

    private sealed record Stage(bool Fused, int Expansion, int Kernel, int Stride, int Channels, int Blocks);
}
