namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// MaxPool, over images and volumes. Ceil mode becomes padding after the image, or a separate Pad if it is as wide as
/// the window, which runtimes refuse.
/// </summary>
internal static class MaxPool
{
    public static void Export(Graphs.Operators.MaxPool2d op, NodeExport node) => Export(
        node, op.Kernel.Sizes, op.Stride.Sizes, op.Padding.Sizes, [op.Dilation, op.Dilation], op.CeilMode);

    public static void Export(Graphs.Operators.MaxPool3d op, NodeExport node) => Export(
        node, op.Kernel.Sizes, op.Stride.Sizes, op.Padding.Sizes, op.Dilation.Sizes, op.CeilMode);

    private static void Export(
        NodeExport node, long[] kernel, long[] stride, long[] before, long[] dilation, bool ceil)
    {
        var (x, after) = (node.Input, PoolPadding.After(node.Shapes, kernel, stride, before, dilation, ceil));
        if (after.Where((size, dimension) => size >= kernel[dimension]).Any())
        {
            x = Padding.EmitPart(node, "padded", before, after, float.NegativeInfinity);
            (before, after) = (new long[kernel.Length], new long[kernel.Length]);
        }

        node.Emit(
            "MaxPool",
            [x],
            OnnxAttribute.Ints("kernel_shape", kernel),
            OnnxAttribute.Ints("strides", stride),
            OnnxAttribute.Ints("dilations", dilation),
            OnnxAttribute.Pads(before, after));
    }
}
