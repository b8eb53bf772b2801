namespace Ocs.Formats.Onnx.Operators;

/// <summary>Slice -> Slice with constant starts, ends and axes.</summary>
internal static class Slice
{
    public static void Export(Graphs.Operators.Slice op, NodeExport node) => node.Emit(
        "Slice",
        [
            node.Inputs[0],
            node.Constant("starts", (long)op.Start),
            node.Constant("ends", (long)op.Start + op.Length),
            node.Constant("axes", (long)op.Dimension),
        ]);
}
