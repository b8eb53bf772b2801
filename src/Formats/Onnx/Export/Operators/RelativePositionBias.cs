namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Gather of the table's rows, Transpose; Sigmoid and Mul if the bias is bounded.</summary>
internal static class RelativePositionBias
{
    public static void Export(Graphs.Operators.RelativePositionBias op, NodeExport node)
    {
        var positions = node.Shapes.Output[^1];
        var rows = node.Integers("rows", [positions, positions], op.Rows());
        var gathered = node.EmitPart("gathered", "Gather", [node.Input, rows], OnnxAttribute.Int("axis", 1));
        var order = OnnxAttribute.Ints("perm", 0, 3, 1, 2);
        if (op.Bound == 0)
        {
            node.Emit("Transpose", [gathered], order);
            return;
        }

        var shares = node.EmitPart("shares", "Sigmoid", [node.EmitPart("heads", "Transpose", [gathered], order)]);
        node.Emit("Mul", [shares, node.Scalar("bound", op.Bound)]);
    }
}
