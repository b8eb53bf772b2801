namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Identity in inference; the node keeps its name.</summary>
internal static class Dropout
{
    public static void Export(NodeExport node) => node.Emit("Identity", [node.Input]);
}
