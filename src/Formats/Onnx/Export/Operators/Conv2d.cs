namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Conv.</summary>
internal static class Conv2d
{
    public static void Export(Graphs.Operators.Conv2d op, NodeExport node)
    {
        var weight = node.Shapes.Parameters[0];
        node.Emit(
            "Conv",
            [node.Input, .. node.Parameters()],
            OnnxAttribute.Ints("kernel_shape", weight[2], weight[3]),
            OnnxAttribute.Pair("strides", op.Stride),
            OnnxAttribute.Pads(op.Padding),
            OnnxAttribute.Pair("dilations", op.Dilation),
            OnnxAttribute.Int("group", op.Groups));
    }
}
