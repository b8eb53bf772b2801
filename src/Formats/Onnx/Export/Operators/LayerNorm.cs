namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>LayerNormalization from opset 17 on; its formula before.</summary>
internal static class LayerNorm
{
    private const int HasLayerNorm = 17;

    public static void Export(Graphs.Operators.LayerNorm op, NodeExport node)
    {
        if (node.Opset < HasLayerNorm)
        {
            Decompose(op, node);
            return;
        }

        string[] weights = node.Shapes.Parameters.Length > 0
            ? [.. node.Parameters()]
            : NeutralWeights.Of(node, node.Shapes.Output.AsSpan()[^op.Dimensions..]);
        node.Emit(
            "LayerNormalization",
            [node.Input, .. weights],
            OnnxAttribute.Int("axis", -op.Dimensions),
            OnnxAttribute.Float("epsilon", op.Epsilon));
    }

    // (x - mean) / sqrt(mean of its square + epsilon) * weight + bias
    private static void Decompose(Graphs.Operators.LayerNorm op, NodeExport node)
    {
        long[] axes = [.. Enumerable.Range(-op.Dimensions, op.Dimensions).Select(axis => (long)axis)];
        var mean = Reduction.EmitPart(node, "mean", "ReduceMean", node.Input, keep: true, axes);
        var centred = node.EmitPart("centred", "Sub", [node.Input, mean]);
        var square = node.EmitPart("square", "Mul", [centred, centred]);
        var variance = Reduction.EmitPart(node, "variance", "ReduceMean", square, keep: true, axes);
        var stabilised = node.EmitPart("stabilised", "Add", [variance, node.Scalar("epsilon", op.Epsilon)]);
        var deviation = node.EmitPart("deviation", "Sqrt", [stabilised]);
        if (node.Shapes.Parameters.IsEmpty)
        {
            node.Emit("Div", [centred, deviation]);
            return;
        }

        var parameters = node.Parameters();
        var normalised = node.EmitPart("normalised", "Div", [centred, deviation]);
        node.Emit("Add", [node.EmitPart("scaled", "Mul", [normalised, parameters[0]]), parameters[1]]);
    }
}
