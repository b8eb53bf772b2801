namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Transpose.</summary>
internal static class Permute
{
    public static void Export(Graphs.Operators.Permute op, NodeExport node) => node.Emit(
        "Transpose", [node.Input], OnnxAttribute.Ints("perm", [.. op.Order.Select(dimension => (long)dimension)]));
}
