namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Reshape; the batch is inferred (-1), also if windows are merged into it.</summary>
internal static class Reshape
{
    public static void Export(Graphs.Operators.Reshape op, NodeExport node)
    {
        var batchStays = op.Shape[0] == node.Shapes.Inputs[0][0];
        node.Emit("Reshape", [node.Input, node.ShapeVector("shape", op.Shape.AsSpan(), batchStays)]);
    }
}
