using Ocs.Graphs.Operators;

namespace Ocs.Graphs;

/// <content>Networks of videos and volumes [N, C, D, H, W]. Batch norms are those of images.</content>
public sealed partial class GraphBuilder
{
    /// <summary>Convolution over three dimensions; it starts as <see cref="Conv2d"/> does.</summary>
    public Value Conv3d(
        string nodeName,
        Value x,
        long channels,
        Triple kernel,
        Triple? stride = null,
        Triple? padding = null,
        bool bias = false,
        int groups = 1,
        Triple? dilation = null,
        GroupPolicy policy = GroupPolicy.SameIndex)
    {
        var deviation = Math.Sqrt(2.0 / (kernel.Depth * kernel.Height * kernel.Width * channels));
        ParameterSpec[] specs =
        [
            new(
                $"{nodeName}.weight",
                [channels, ShapeOf(x)[1] / groups, .. kernel.Sizes],
                ParameterRole.Weight,
                Initialization.Normal(deviation)),
            new($"{nodeName}.bias", [channels], ParameterRole.Bias, Initialization.Constant(0)),
        ];
        var op = new Conv3d(stride ?? 1, padding ?? 0, dilation ?? 1, groups, policy);
        return Add(nodeName, op, [x], bias ? specs : specs[..1]);
    }

    /// <summary>
    /// Transposed convolution over three dimensions; it starts as <see cref="ConvTranspose2d"/> does.
    /// </summary>
    public Value ConvTranspose3d(
        string nodeName,
        Value x,
        long channels,
        Triple kernel,
        Triple? stride = null,
        Triple? padding = null,
        Triple? outputPadding = null,
        bool bias = true,
        int groups = 1,
        Triple? dilation = null,
        GroupPolicy policy = GroupPolicy.SameIndex)
    {
        var places = channels / groups * kernel.Depth * kernel.Height * kernel.Width;
        var uniform = Initialization.Uniform(1 / Math.Sqrt(places));
        ParameterSpec[] specs =
        [
            new(
                $"{nodeName}.weight",
                [ShapeOf(x)[1], channels / groups, .. kernel.Sizes],
                ParameterRole.Weight,
                uniform),
            new($"{nodeName}.bias", [channels], ParameterRole.Bias, uniform),
        ];
        var op = new ConvTranspose3d(stride ?? 1, padding ?? 0, outputPadding ?? 0, dilation ?? 1, groups, policy);
        return Add(nodeName, op, [x], bias ? specs : specs[..1]);
    }

    /// <summary>The largest value of each window; the stride is the kernel unless given.</summary>
    public Value MaxPool3d(
        string nodeName,
        Value x,
        Triple kernel,
        Triple? stride = null,
        Triple? padding = null,
        bool ceilMode = false,
        Triple? dilation = null) =>
        Add(nodeName, new MaxPool3d(kernel, stride ?? kernel, padding ?? 0, dilation ?? 1, ceilMode), [x], []);

    /// <summary>The mean of each window; the stride is the kernel unless given.</summary>
    public Value AveragePool3d(
        string nodeName,
        Value x,
        Triple kernel,
        Triple? stride = null,
        Triple? padding = null,
        bool ceilMode = false,
        bool countPadding = true) =>
        Add(nodeName, new AveragePool3d(kernel, stride ?? kernel, padding ?? 0, ceilMode, countPadding), [x], []);

    /// <summary>The mean of each cell of a grid of a size, [N, C, D, H, W] to [N, C, d, h, w].</summary>
    public Value AdaptiveAveragePool3d(string nodeName, Value x, Triple size) =>
        Add(nodeName, new AdaptiveAveragePool3d(size), [x], []);

    /// <summary>The largest value of each cell of a grid of a size.</summary>
    public Value AdaptiveMaxPool3d(string nodeName, Value x, Triple size) =>
        Add(nodeName, new AdaptiveMaxPool3d(size), [x], []);

    /// <summary>A border around each volume: planes in front, rows above, columns to the left; then behind.</summary>
    public Value Pad3d(
        string nodeName,
        Value x,
        Triple before,
        Triple after,
        PaddingMode mode = PaddingMode.Constant,
        double value = 0) =>
        Add(nodeName, new Pad3d(before, after, mode, value), [x], []);

    /// <summary>Volumes of another size.</summary>
    public Value Upsample3d(string nodeName, Value x, Triple size, bool linear = false, bool alignCorners = false) =>
        Add(nodeName, new Upsample3d(size, linear, alignCorners), [x], []);
}
