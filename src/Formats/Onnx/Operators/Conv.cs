namespace Ocs.Formats.Onnx.Operators;

/// <summary>Conv2d -> Conv.</summary>
internal static class Conv
{
    public static void Export(Graphs.Operators.Conv2d op, NodeExport node)
    {
        var weight = node.Shapes.Parameters[0];
        node.Emit(
            "Conv",
            [.. node.Inputs, .. node.Parameters(node.Shapes.Parameters.Length)],
            NodeExport.Attribute("kernel_shape", [weight[2], weight[3]]),
            NodeExport.Attribute("strides", op.Stride),
            NodeExport.Pads(op.Padding),
            NodeExport.Attribute("dilations", op.Dilation),
            NodeExport.Attribute("group", (long)op.Groups));
    }
}
