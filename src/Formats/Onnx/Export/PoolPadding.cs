using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// Ceil mode of pooling as padding after the image, as far as the last window reaches: the attribute of that name is
/// not understood alike by all of ONNX's programs.
/// </summary>
internal static class PoolPadding
{
    /// <summary>The padding after the image, at least that before it.</summary>
    public static Pair After(NodeShapes shapes, Pair kernel, Pair stride, Pair padding, int dilation, bool ceil) => new(
        After(shapes, 2, kernel.Height, stride.Height, padding.Height, dilation, ceil),
        After(shapes, 3, kernel.Width, stride.Width, padding.Width, dilation, ceil));

    private static int After(
        NodeShapes shapes, int dimension, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        var end = (shapes.Output[dimension] - 1) * stride + dilation * (kernel - 1) + 1;
        return ceil ? (int)Math.Max(padding, end - shapes.Inputs[0][dimension] - padding) : padding;
    }
}
