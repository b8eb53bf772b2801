namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Softmax, LogSoftmax. Before opset 13 they flatten all dimensions from the axis on, so the axis is moved last.
/// </summary>
internal static class Softmax
{
    private const int OneDimension = 13;

    public static void Export(Graphs.Operators.Softmax op, NodeExport node)
    {
        var (type, last) = (op.Logarithm ? "LogSoftmax" : "Softmax", node.Rank - 1);
        if (node.Opset >= OneDimension || op.Dimension == last)
        {
            node.Emit(type, [node.Input], OnnxAttribute.Int("axis", op.Dimension));
            return;
        }

        var order = Enumerable.Range(0, node.Rank).Select(dimension => (long)dimension).ToArray();
        (order[op.Dimension], order[last]) = (order[last], order[op.Dimension]);
        var swap = OnnxAttribute.Ints("perm", order);
        var turned = node.EmitPart("turned", "Transpose", [node.Input], swap);
        node.Emit("Transpose", [node.EmitPart("shares", type, [turned], OnnxAttribute.Int("axis", last))], swap);
    }
}
