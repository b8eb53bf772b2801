namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Slice with steps.</summary>
internal static class Subsample
{
    public static void Export(Graphs.Operators.Subsample op, NodeExport node)
    {
        var input = node.Shapes.Inputs[0];
        node.Emit(
            "Slice",
            [
                node.Input,
                node.Vector("starts", 0, 0),
                node.Vector("ends", input[2], input[3]),
                node.Vector("axes", 2, 3),
                node.Vector("steps", op.Stride.Height, op.Stride.Width),
            ]);
    }
}
