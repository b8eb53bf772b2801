namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Gather.</summary>
internal static class SelectChannels
{
    public static void Export(Graphs.Operators.SelectChannels op, NodeExport node) => node.Emit(
        "Gather",
        [node.Input, node.Vector("indices", [.. op.Indices.Select(index => (long)index)])],
        OnnxAttribute.Int("axis", 1));
}
