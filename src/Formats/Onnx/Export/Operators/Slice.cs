namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Slice with constant starts, ends and axes.</summary>
internal static class Slice
{
    public static void Export(Graphs.Operators.Slice op, NodeExport node) => node.Emit(
        "Slice",
        [
            node.Input,
            node.Vector("starts", op.Start),
            node.Vector("ends", op.Start + op.Length),
            node.Vector("axes", op.Dimension),
        ]);
}
