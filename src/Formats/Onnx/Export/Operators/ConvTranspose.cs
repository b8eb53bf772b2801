namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>ConvTranspose, over images and over volumes.</summary>
internal static class ConvTranspose
{
    public static void Export(Graphs.Operators.ConvTranspose2d op, NodeExport node) => Export(
        node, op.Stride.Sizes, op.Padding.Sizes, op.OutputPadding.Sizes, op.Dilation.Sizes, op.Groups);

    public static void Export(Graphs.Operators.ConvTranspose3d op, NodeExport node) => Export(
        node, op.Stride.Sizes, op.Padding.Sizes, op.OutputPadding.Sizes, op.Dilation.Sizes, op.Groups);

    private static void Export(
        NodeExport node, long[] stride, long[] padding, long[] outputPadding, long[] dilation, int groups) =>
        node.Emit(
            "ConvTranspose",
            [node.Input, .. node.Parameters()],
            OnnxAttribute.Ints("kernel_shape", node.Shapes.Parameters[0].AsSpan()[2..]),
            OnnxAttribute.Ints("strides", stride),
            OnnxAttribute.Pads(padding, padding),
            OnnxAttribute.Ints("output_padding", outputPadding),
            OnnxAttribute.Ints("dilations", dilation),
            OnnxAttribute.Int("group", groups));
}
