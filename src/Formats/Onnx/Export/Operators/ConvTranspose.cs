namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// ConvTranspose, over images and volumes. Output padding of a stride or more, which ONNX Runtime refuses, becomes less
/// padding after the image.
/// </summary>
internal static class ConvTranspose
{
    public static void Export(Graphs.Operators.ConvTranspose2d op, NodeExport node) => Export(
        node, op.Stride.Sizes, op.Padding.Sizes, op.OutputPadding.Sizes, op.Dilation.Sizes, op.Groups);

    public static void Export(Graphs.Operators.ConvTranspose3d op, NodeExport node) => Export(
        node, op.Stride.Sizes, op.Padding.Sizes, op.OutputPadding.Sizes, op.Dilation.Sizes, op.Groups);

    private static void Export(
        NodeExport node, long[] stride, long[] padding, long[] outputPadding, long[] dilation, int groups)
    {
        long[] less = [.. outputPadding.Select((more, dimension) => more < stride[dimension] ? 0 : more)];
        node.Emit(
            "ConvTranspose",
            [node.Input, .. node.Parameters()],
            OnnxAttribute.Ints("kernel_shape", node.Shapes.Parameters[0].AsSpan()[2..]),
            OnnxAttribute.Ints("strides", stride),
            OnnxAttribute.Pads(padding, [.. padding.Zip(less, (all, part) => all - part)]),
            OnnxAttribute.Ints("output_padding", [.. outputPadding.Zip(less, (all, part) => all - part)]),
            OnnxAttribute.Ints("dilations", dilation),
            OnnxAttribute.Int("group", groups));
    }
}
