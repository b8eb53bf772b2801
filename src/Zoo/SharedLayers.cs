using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Zoo;

/// <summary>Layers that several architectures share. Names are torchvision's.</summary>
internal static class SharedLayers
{
    /// <summary>
    /// A convolution that keeps the image but for its stride, batch normalisation and an activation or none: NAME.0, NAME.1 and NAME.2.
    /// </summary>
    public static Value ConvNormActivation(
        this GraphBuilder g, string name, Value x, long channels, ActivationKind? activation, int kernel = 1, int stride = 1, int groups = 1)
    {
        x = g.Conv2d($"{name}.0", x, channels, kernel, stride, padding: kernel / 2, groups: groups);
        x = g.BatchNorm2d($"{name}.1", x);
        return activation is { } kind ? g.Activation($"{name}.2", x, kind) : x;
    }
}
