namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Flatten from dimension 1 on.</summary>
internal static class Flatten
{
    public static void Export(NodeExport node) => node.Emit("Flatten", [node.Input], OnnxAttribute.Int("axis", 1));
}
