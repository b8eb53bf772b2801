namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Expand; a size of 1 in its shape keeps the dimension.</summary>
internal static class Expand
{
    public static void Export(Graphs.Operators.Expand op, NodeExport node)
    {
        var shape = new long[node.Rank];
        Array.Fill(shape, 1);
        shape[op.Dimension] = op.Size;
        node.Emit("Expand", [node.Input, node.Vector("shape", shape)]);
    }
}
