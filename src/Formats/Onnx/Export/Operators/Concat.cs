namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Concat.</summary>
internal static class Concat
{
    public static void Export(Graphs.Operators.Concat op, NodeExport node) =>
        node.Emit("Concat", node.Inputs.AsSpan(), OnnxAttribute.Int("axis", op.Dimension));
}
