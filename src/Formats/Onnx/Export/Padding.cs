namespace Ocs.Formats.Onnx.Export;

/// <summary>A constant Pad of images or volumes, before an operator that cannot pad by an attribute.</summary>
internal static class Padding
{
    public static string EmitPart(NodeExport node, string part, long[] before, long[] after, float value) =>
        node.EmitPart(part, "Pad", [node.Input, Vector(node, before, after), node.Scalar("border", value)]);

    /// <summary>The padding in ONNX's order: first all sizes before, then all sizes after.</summary>
    public static string Vector(NodeExport node, long[] before, long[] after) =>
        node.Vector("pads", [0, 0, .. before, 0, 0, .. after]);
}
