using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Operators;

/// <summary>AveragePool2d -> AveragePool that counts the padding.</summary>
internal static class AveragePool
{
    public static void Export(Graphs.Operators.AveragePool2d op, NodeExport node) =>
        Emit(op.Kernel, op.Stride, op.Padding, node);

    public static void Emit(Pair kernel, Pair stride, Pair padding, NodeExport node) => node.Emit(
        "AveragePool",
        node.Inputs.AsSpan(),
        NodeExport.Attribute("kernel_shape", kernel),
        NodeExport.Attribute("strides", stride),
        NodeExport.Pads(padding),
        NodeExport.Attribute("count_include_pad", 1L));
}
