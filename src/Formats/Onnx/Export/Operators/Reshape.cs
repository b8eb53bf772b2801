namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Reshape; the batch is inferred (-1) if windows are merged into it.</summary>
internal static class Reshape
{
    public static void Export(Graphs.Operators.Reshape op, NodeExport node)
    {
        var shape = op.ForAnySize(node.Shapes.Inputs[0]);
        node.Emit("Reshape", [node.Input, node.Vector("shape", shape)]);
    }
}
