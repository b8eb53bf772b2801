namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Gather with a scalar index, which removes the dimension.</summary>
internal static class Select
{
    public static void Export(Graphs.Operators.Select op, NodeExport node) =>
        node.Emit("Gather", [node.Input, node.Index("index", op.Index)], OnnxAttribute.Int("axis", op.Dimension));
}
