namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>MatMul.</summary>
internal static class MatMul
{
    public static void Export(NodeExport node) => node.Emit("MatMul", node.Inputs.AsSpan());
}
