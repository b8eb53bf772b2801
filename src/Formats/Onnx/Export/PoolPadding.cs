using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// Turns ceil mode of pooling into padding after the image, as far as the last window reaches. ONNX runtimes disagree
/// about the attribute ceil_mode.
/// </summary>
internal static class PoolPadding
{
    /// <summary>The padding after the image in each spatial dimension; at least the padding before it.</summary>
    public static long[] After(
        NodeShapes shapes, long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceil) =>
    [
        .. kernel.Select((size, dimension) =>
        {
            var end = (shapes.Output[dimension + 2] - 1) * stride[dimension] + dilation[dimension] * (size - 1) + 1;
            var before = padding[dimension];
            return ceil ? Math.Max(before, end - shapes.Inputs[0][dimension + 2] - before) : before;
        }),
    ];
}
