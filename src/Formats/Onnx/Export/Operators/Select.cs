namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Gather with a scalar index, which removes the dimension. The last index is -1, so that it is the last of any size.
/// </summary>
internal static class Select
{
    public static void Export(Graphs.Operators.Select op, NodeExport node)
    {
        var index = op.IsLast(node.Shapes.Inputs[0][op.Dimension]) ? -1 : op.Index;
        node.Emit("Gather", [node.Input, node.Index("index", index)], OnnxAttribute.Int("axis", op.Dimension));
    }
}
