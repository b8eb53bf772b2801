using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>
/// The settings of a network's batch norms. <paramref name="Momentum"/> is the weight of the new batch's statistics.
/// </summary>
internal sealed record BatchNormSettings(double Epsilon, double Momentum)
{
    public static BatchNormSettings PyTorch { get; } = new(1e-5, 0.1);

    public static BatchNormSettings TensorFlow { get; } = new(1e-3, 0.01);
}

/// <summary>Layers that several architectures share. Names are torchvision's.</summary>
internal static class SharedLayers
{
    // The classes of ImageNet.
    private const int ManyClasses = 1000;

    /// <summary>
    /// The layer of the logits, with weights uniform in ±<paramref name="gain"/> / sqrt(classes).
    /// </summary>
    /// <remarks>
    /// torchvision draws so for any number of classes. But then the logits of few classes are large and random, and the
    /// network learns slowly (docs/design.md). So fewer than 1,000 classes start with the weights' range of 1,000.
    /// </remarks>
    public static Value ClassifierByFanOut(this GraphBuilder g, string name, Value x, int classes, double gain) =>
        g.Linear(name, x, classes, Initialization.Uniform(gain / Math.Sqrt(Math.Max(classes, ManyClasses))));

    /// <summary>
    /// A convolution with same padding, batch normalization, and an optional activation: NAME.0, NAME.1 and NAME.2.
    /// </summary>
    public static Value ConvNormActivation(
        this GraphBuilder g, string name, Value x, int channels, ActivationKind? activation, int kernel = 1,
        int stride = 1, int groups = 1, BatchNormSettings? norm = null)
    {
        var (epsilon, momentum) = norm ?? BatchNormSettings.PyTorch;
        x = g.Conv2d($"{name}.0", x, channels, kernel, stride, padding: kernel / 2, groups: groups);
        x = g.BatchNorm2d($"{name}.1", x, epsilon, momentum);
        return activation is { } kind ? g.Activation($"{name}.2", x, kind) : x;
    }

    /// <summary>
    /// Squeeze-and-excitation (Hu et al. 2018, arXiv 1709.01507, Fig. 1): scales each channel by a gate that two layers
    /// compute from the means of all channels. <paramref name="channels"/> is the width between the layers.
    /// </summary>
    public static Value SqueezeExcitation(
        this GraphBuilder g, string name, Value x, int channels, ActivationKind activation, ActivationKind gate,
        bool uniformBiases = false)
    {
        Value Layer(string part, Value input, long width) => g.Conv2d(
            $"{name}.{part}", input, width, kernel: 1, bias: true,
            biasInitialization: uniformBiases ? Initialization.Uniform(1 / Math.Sqrt(g.ShapeOf(input)[1])) : null);

        var y = g.AdaptiveAveragePool2d($"{name}.avgpool", x, 1);
        y = g.Activation($"{name}.activation", Layer("fc1", y, channels), activation);
        y = g.Activation($"{name}.scale_activation", Layer("fc2", y, g.ShapeOf(x)[1]), gate);
        return g.Multiply($"{name}.scale", y, x);
    }

    /// <summary>
    /// Global average pooling and the flat result, [N, C, H, W] -> [N, C]. <paramref name="isFunction"/> marks poolings
    /// that torchvision calls as a function (<see cref="Node.IsFunction"/>).
    /// </summary>
    public static Value GlobalAveragePool(
        this GraphBuilder g, Value x, string name = "avgpool", bool isFunction = false)
    {
        var pooled = g.AdaptiveAveragePool2d(name, x, 1);
        return g.Flatten("flatten", isFunction ? g.AsFunction(pooled) : pooled);
    }

    /// <summary>The nearest multiple of 8, not below 90 % of the width, as in mobile networks.</summary>
    public static int RoundToMultipleOf8(double width)
    {
        var nearest = Math.Max(8, (int)(width + 4) / 8 * 8);
        return nearest < 0.9 * width ? nearest + 8 : nearest;
    }
}
