namespace Ocs.Formats.Onnx.Operators;

/// <summary>MaxPool2d -> MaxPool.</summary>
internal static class MaxPool
{
    public static void Export(Graphs.Operators.MaxPool2d op, NodeExport node) => node.Emit(
        "MaxPool",
        node.Inputs.AsSpan(),
        NodeExport.Attribute("kernel_shape", op.Kernel),
        NodeExport.Attribute("strides", op.Stride),
        NodeExport.Pads(op.Padding));
}
