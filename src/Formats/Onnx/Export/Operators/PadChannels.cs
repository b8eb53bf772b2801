namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Pad with zeros.</summary>
internal static class PadChannels
{
    public static void Export(Graphs.Operators.PadChannels op, NodeExport node)
    {
        var pads = new long[2 * node.Rank];
        (pads[1], pads[node.Rank + 1]) = (op.Before, op.After);
        node.Emit("Pad", [node.Input, node.Vector("pads", pads)]);
    }
}
