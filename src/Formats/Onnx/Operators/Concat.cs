namespace Ocs.Formats.Onnx.Operators;

/// <summary>Concat -> Concat.</summary>
internal static class Concat
{
    public static void Export(Graphs.Operators.Concat op, NodeExport node) =>
        node.Emit("Concat", node.Inputs.AsSpan(), NodeExport.Attribute("axis", (long)op.Dimension));
}
