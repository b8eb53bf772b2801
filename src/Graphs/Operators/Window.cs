using System.Collections.Immutable;

namespace Ocs.Graphs.Operators;

/// <summary>
/// The arithmetic of sliding windows, shared by convolutions and pooling. Sizes, strides and the like are a number for
/// each spatial dimension.
/// </summary>
internal static class Window
{
    /// <summary>The number of positions of a window along one dimension, 0 where it does not fit.</summary>
    public static long Size(long input, long kernel, long stride, long padding, long dilation = 1)
    {
        var last = input + 2 * padding - dilation * (kernel - 1) - 1;
        return last < 0 ? 0 : last / stride + 1;
    }

    /// <summary>Checks that a window moves on: files from elsewhere may say anything.</summary>
    public static void RequireStride(NodeShapes shapes, long[] stride)
    {
        if (stride.Any(step => step < 1))
        {
            throw shapes.Error($"stride {Show(stride)} must be at least 1");
        }
    }

    /// <summary>The shape rule of pooling: channels stay, positions shrink.</summary>
    public static ImmutableArray<long> PoolShape(
        NodeShapes shapes, long[] kernel, long[] stride, long[] padding, bool ceil = false, long[]? dilation = null)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 2 + kernel.Length);
        RequireStride(shapes, stride);
        var input = shapes.Inputs[0];
        var spread = dilation ?? [.. kernel.Select(_ => 1L)];
        if (spread.Any(step => step < 1))
        {
            throw shapes.Error($"dilation {Show(spread)} must be at least 1");
        }

        long[] sizes =
        [
            .. kernel.Select((size, dimension) => Positions(
                input[dimension + 2], size, stride[dimension], padding[dimension], spread[dimension], ceil)),
        ];
        return sizes.Any(size => size < 1)
            ? throw shapes.Error($"window {Show(kernel)} is larger than input {NodeShapes.Show(input)}")
            : [input[0], input[1], .. sizes];
    }

    /// <summary>The shape rule of pooling to a given size.</summary>
    public static ImmutableArray<long> AdaptiveShape(NodeShapes shapes, long[] sizes)
    {
        shapes.Require(inputs: 1, parameters: 0);
        shapes.RequireRank(0, 2 + sizes.Length);
        return sizes.Any(size => size < 1)
            ? throw shapes.Error($"size {Show(sizes)} must be at least 1")
            : [shapes.Inputs[0][0], shapes.Inputs[0][1], .. sizes];
    }

    /// <summary>One number where all are the same, else <c>3x5</c>.</summary>
    public static string Show(long[] sizes) =>
        sizes.Distinct().Count() == 1 ? $"{sizes[0]}" : string.Join('x', sizes);

    // In ceil mode one more window where something is left, but none that begins after the image and the padding before
    // it.
    private static long Positions(long input, long kernel, long stride, long padding, long dilation, bool ceil)
    {
        if (!ceil)
        {
            return Size(input, kernel, stride, padding, dilation);
        }

        var positions = Size(input + stride - 1, kernel, stride, padding, dilation);
        return (positions - 1) * stride >= input + padding ? positions - 1 : positions;
    }
}
