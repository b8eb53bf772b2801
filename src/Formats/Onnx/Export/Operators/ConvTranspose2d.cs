namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>ConvTranspose.</summary>
internal static class ConvTranspose2d
{
    public static void Export(Graphs.Operators.ConvTranspose2d op, NodeExport node)
    {
        var weight = node.Shapes.Parameters[0];
        node.Emit(
            "ConvTranspose",
            [node.Input, .. node.Parameters()],
            OnnxAttribute.Ints("kernel_shape", weight[2], weight[3]),
            OnnxAttribute.Pair("strides", op.Stride),
            OnnxAttribute.Pads(op.Padding),
            OnnxAttribute.Pair("output_padding", op.OutputPadding),
            OnnxAttribute.Pair("dilations", op.Dilation),
            OnnxAttribute.Int("group", op.Groups));
    }
}
