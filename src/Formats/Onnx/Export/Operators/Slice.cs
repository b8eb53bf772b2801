namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Slice with constant starts, ends and axes. A range to the end is counted from there, so that it is for any size.
/// </summary>
internal static class Slice
{
    public static void Export(Graphs.Operators.Slice op, NodeExport node)
    {
        var size = node.Shapes.Inputs[0][op.Dimension];
        var isTail = op.IsTail(size);
        node.Emit(
            "Slice",
            [
                node.Input,
                node.Vector("starts", isTail ? op.Start - size : op.Start),
                node.Vector("ends", isTail ? long.MaxValue : op.Start + op.Length),
                node.Vector("axes", op.Dimension),
            ]);
    }
}
