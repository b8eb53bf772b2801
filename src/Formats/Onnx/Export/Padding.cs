namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// A border of one value around images or volumes, before an operator that cannot have it as an attribute.
/// </summary>
internal static class Padding
{
    public static string EmitPart(NodeExport node, string part, long[] before, long[] after, float value) =>
        node.EmitPart(part, "Pad", [node.Input, Vector(node, before, after), node.Scalar("border", value)]);

    /// <summary>The sizes of the border in ONNX's order: all dimensions before, then all after.</summary>
    public static string Vector(NodeExport node, long[] before, long[] after) =>
        node.Vector("pads", [0, 0, .. before, 0, 0, .. after]);
}
