namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>PRelu, with slopes [C, 1, ...].</summary>
internal static class PRelu
{
    public static void Export(NodeExport node)
    {
        var slope = node.Parameters()[0];
        node.Emit("PRelu", [node.Input, ChannelVector.Emit(node, "slope", slope, node.Rank)]);
    }
}
