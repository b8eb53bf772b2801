namespace Ocs.Formats.Onnx.Operators;

/// <summary>Flatten -> Flatten from dimension 1 on.</summary>
internal static class Flatten
{
    public static void Export(NodeExport node) =>
        node.Emit("Flatten", node.Inputs.AsSpan(), NodeExport.Attribute("axis", 1L));
}
