using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Graphs.Operators;

/// <summary>
/// Two-dimensional convolution, [N, C, H, W] -> [N, O, H', W']. Parameters: weight [O, C / groups, kH, kW] and,
/// optionally, bias [O].
/// </summary>
public sealed record Conv2d(
    Pair Stride, Pair Padding, Pair Dilation, int Groups, GroupPolicy Policy = GroupPolicy.SameIndex)
    : Convolution(Groups, Policy)
{
    private const long FewPixels = 16;

    public override ImmutableArray<long> InferShape(NodeShapes shapes) =>
        InferShape(shapes, Stride.Sizes, Padding.Sizes, Dilation.Sizes);

    public override Tensor Run(in RunContext context)
    {
        var weight = context.Parameters[0];
        var isApart = weight.IsContiguous() && !weight.IsContiguous(MemoryFormat.ChannelsLast)
            && !context.Input.IsContiguous();
        using var input = isApart ? context.Input.Contiguous() : context.Input.Alias();
        return Aten.Conv2d(
            input,
            weight,
            context.ParameterOrNull(1),
            [Stride.Height, Stride.Width],
            [Padding.Height, Padding.Width],
            [Dilation.Height, Dilation.Width],
            Groups);
    }

    /// <summary>
    /// Whether it runs faster from contiguous memory even where the rest of the network is channels-last: over few
    /// pixels oneDNN's channels-last kernels waste most of their vectors (512 channels, 4x4 pixels: 38 ms instead of 21
    /// forward, 27 instead of 17 backward).
    /// </summary>
    public override bool PrefersContiguous(NodeShapes shapes)
    {
        var kernel = shapes.Parameters[0];
        return Groups == 1 && kernel[2] * kernel[3] > 1 && shapes.Output[2] * shapes.Output[3] <= FewPixels;
    }

    public override string ToString() =>
        $"Conv2d(stride {Stride}, padding {Padding}"
        + $"{(Dilation == 1 ? "" : $", dilation {Dilation}")}{(Groups == 1 ? "" : $", groups {Groups}")})";
}
