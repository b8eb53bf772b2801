namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Its formula: Mul, ReduceMean, Add, Sqrt, Div, Mul.</summary>
internal static class RmsNorm
{
    public static void Export(Graphs.Operators.RmsNorm op, NodeExport node)
    {
        var square = node.EmitPart("square", "Mul", [node.Input, node.Input]);
        var mean = Reduction.EmitPart(node, "mean", "ReduceMean", square, keep: true, -1);
        var stabilised = node.EmitPart("stabilised", "Add", [mean, node.Scalar("epsilon", op.Epsilon)]);
        var normalised = node.EmitPart("normalised", "Div", [node.Input, node.EmitPart("root", "Sqrt", [stabilised])]);
        node.Emit("Mul", [normalised, node.Parameters()[0]]);
    }
}
