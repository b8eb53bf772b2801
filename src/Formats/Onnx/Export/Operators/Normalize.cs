namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>ReduceL2, Max, Div.</summary>
internal static class Normalize
{
    public static void Export(NodeExport node)
    {
        var norm = Reduction.EmitPart(node, "norm", "ReduceL2", node.Input, keep: true, -1);
        var safe = node.EmitPart("safe", "Max", [norm, node.Scalar("smallest", Graphs.Operators.Normalize.Smallest)]);
        node.Emit("Div", [node.Input, safe]);
    }
}
