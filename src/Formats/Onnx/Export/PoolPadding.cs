using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// Ceil mode of pooling as padding after the image, as far as the last window reaches: the attribute of that name is
/// not understood alike by all of ONNX's programs.
/// </summary>
internal static class PoolPadding
{
    /// <summary>The padding after the image, at least that before it, in each spatial dimension.</summary>
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
