using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Onnx.Operators;

/// <summary>
/// AveragePool2d -> AveragePool. What overhangs the padding in ceil mode has no meaning that all of ONNX's programs share.
/// </summary>
internal static class AveragePool
{
    public static void Export(Graphs.Operators.AveragePool2d op, NodeExport node)
    {
        if (op.CeilMode)
        {
            throw new OcsInputException(
                $"Node '{node.Name}': an average over windows that overhang the image (ceil mode) has no ONNX "
                    + "form here; save the network as .ocs, or build it without.");
        }

        Emit(op.Kernel, op.Stride, op.Padding, node, op.CountPadding);
    }

    public static void Emit(Pair kernel, Pair stride, Pair padding, NodeExport node, bool countPadding = true) => node.Emit(
        "AveragePool",
        node.Inputs.AsSpan(),
        NodeExport.Attribute("kernel_shape", kernel),
        NodeExport.Attribute("strides", stride),
        NodeExport.Pads(padding),
        NodeExport.Attribute("count_include_pad", countPadding ? 1L : 0L));
}
