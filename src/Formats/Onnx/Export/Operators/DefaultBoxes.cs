namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Identity: the default boxes say what the offsets mean, and do not change them.</summary>
internal static class DefaultBoxes
{
    public static void Export(NodeExport node) => node.Emit("Identity", [node.Input]);
}
