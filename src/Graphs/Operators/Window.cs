using System.Collections.Immutable;

namespace Ocs.Graphs.Operators;

/// <summary>The arithmetic of sliding windows, shared by convolutions and pooling.</summary>
internal static class Window
{
    /// <summary>The number of positions of a window along one dimension, 0 where it does not fit.</summary>
    public static long Size(long input, long kernel, int stride, int padding, int dilation = 1)
    {
        var last = input + 2L * padding - dilation * (kernel - 1) - 1;
        return last < 0 ? 0 : last / stride + 1;
    }

    /// <summary>Checks that a window moves on: files from elsewhere may say anything.</summary>
    public static void RequireStride(NodeShapes shapes, Pair stride)
    {
        if (stride.Height < 1 || stride.Width < 1)
        {
            throw shapes.Error($"stride {stride} must be at least 1");
        }
    }

    /// <summary>The shape rule of pooling: channels stay, positions shrink.</summary>
    public static ImmutableArray<long> PoolShape(
        NodeShapes shapes, Pair kernel, Pair stride, Pair padding, bool ceil = false, int dilation = 1)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 4);
        RequireStride(shapes, stride);
        var input = shapes.Inputs[0];
        if (dilation < 1)
        {
            throw shapes.Error($"dilation {dilation} must be at least 1");
        }

        var height = Positions(input[2], kernel.Height, stride.Height, padding.Height, dilation, ceil);
        var width = Positions(input[3], kernel.Width, stride.Width, padding.Width, dilation, ceil);
        return height < 1 || width < 1
            ? throw shapes.Error($"window {kernel} is larger than input {NodeShapes.Show(input)}")
            : [input[0], input[1], height, width];
    }

    // In ceil mode one more window where something is left, but none that begins after the image and the padding before
    // it.
    private static long Positions(long input, long kernel, int stride, int padding, int dilation, bool ceil)
    {
        if (!ceil)
        {
            return Size(input, kernel, stride, padding, dilation);
        }

        var positions = Size(input + stride - 1, kernel, stride, padding, dilation);
        return (positions - 1) * stride >= input + padding ? positions - 1 : positions;
    }
}
