namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>GRU; the gates are reset, update, candidate with us and update, reset, candidate in ONNX.</summary>
internal static class Gru
{
    public static void Export(Graphs.Operators.Gru op, NodeExport node) =>
        GatedLayer.Export(node, "GRU", [1, 0, 2], op.Reverse, OnnxAttribute.Int("linear_before_reset", 1));
}
