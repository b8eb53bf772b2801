namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// Mul of the queries, Transpose of the keys, MatMul, Add of biases and of the causal mask, Softmax, MatMul.
/// </summary>
internal static class ScaledDotProductAttention
{
    public static void Export(Graphs.Operators.ScaledDotProductAttention op, NodeExport node)
    {
        var last = node.Rank - 1;
        long[] swapped = [.. Enumerable.Range(0, last - 1), last, last - 1];
        var queries = node.EmitPart("queries", "Mul", [node.Inputs[0], node.Scalar("scale", op.Scale)]);
        var keys = node.EmitPart("keys", "Transpose", [node.Inputs[1]], OnnxAttribute.Ints("perm", swapped));
        var scores = node.EmitPart("scores", "MatMul", [queries, keys]);
        foreach (var bias in node.Inputs[3..])
        {
            scores = node.EmitPart("biased", "Add", [scores, bias]);
        }

        if (op.IsCausal)
        {
            var length = (int)node.Shapes.Inputs[0][^2];
            scores = node.EmitPart("masked", "Add", [scores, node.Floats("mask", [length, length], Future(length))]);
        }

        var weights = node.EmitPart("weights", "Softmax", [scores], OnnxAttribute.Int("axis", -1));
        node.Emit("MatMul", [weights, node.Inputs[2]]);
    }
    // -inf above the diagonal, 0 elsewhere.
    private static float[] Future(int length)
    {
        var mask = new float[length * length];
        for (var row = 0; row < length; row++)
        {
            mask.AsSpan((row * length) + row + 1, length - row - 1).Fill(float.NegativeInfinity);
        }

        return mask;
    }
}
