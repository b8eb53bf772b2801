namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Conv, over images and volumes.</summary>
internal static class Conv
{
    public static void Export(Graphs.Operators.Conv2d op, NodeExport node) =>
        Export(node, op.Stride.Sizes, op.Padding.Sizes, op.Dilation.Sizes, op.Groups);

    public static void Export(Graphs.Operators.Conv3d op, NodeExport node) =>
        Export(node, op.Stride.Sizes, op.Padding.Sizes, op.Dilation.Sizes, op.Groups);

    private static void Export(NodeExport node, long[] stride, long[] padding, long[] dilation, int groups) =>
        node.Emit(
            "Conv",
            [node.Input, .. node.Parameters()],
            OnnxAttribute.Ints("kernel_shape", node.Shapes.Parameters[0].AsSpan()[2..]),
            OnnxAttribute.Ints("strides", stride),
            OnnxAttribute.Pads(padding, padding),
            OnnxAttribute.Ints("dilations", dilation),
            OnnxAttribute.Int("group", groups));
}
