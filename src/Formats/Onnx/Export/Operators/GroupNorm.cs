namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// GroupNormalization from opset 21 on (in opset 18 it has one weight per group). Before: InstanceNormalization of the
/// groups, Mul and Add.
/// </summary>
internal static class GroupNorm
{
    private const int HasGroupNorm = 21;

    public static void Export(Graphs.Operators.GroupNorm op, NodeExport node)
    {
        var shape = node.Shapes.Output;
        var hasWeights = node.Shapes.Parameters.Length > 0;
        if (node.Opset >= HasGroupNorm)
        {
            string[] weights = hasWeights ? [.. node.Parameters()] : NeutralWeights.Of(node, shape[1]);
            node.Emit(
                "GroupNormalization",
                [node.Input, .. weights],
                OnnxAttribute.Int("num_groups", op.Groups),
                OnnxAttribute.Float("epsilon", op.Epsilon));
            return;
        }

        var groups = node.EmitPart("groups", "Reshape", [node.Input, node.Vector("apart", 0, op.Groups, -1)]);
        var normalised = node.EmitPart(
            "normalised",
            "InstanceNormalization",
            [groups, .. NeutralWeights.Of(node, op.Groups)],
            OnnxAttribute.Float("epsilon", op.Epsilon));
        var joined = node.ShapeVector("shape", shape.AsSpan(), batchStays: true);
        if (!hasWeights)
        {
            node.Emit("Reshape", [normalised, joined]);
            return;
        }

        var parameters = node.Parameters();
        var whole = node.EmitPart("whole", "Reshape", [normalised, joined]);
        var weight = ChannelVector.Emit(node, "weight", parameters[0], shape.Length);
        var scaled = node.EmitPart("scaled", "Mul", [whole, weight]);
        node.Emit("Add", [scaled, ChannelVector.Emit(node, "bias", parameters[1], shape.Length)]);
    }
}
