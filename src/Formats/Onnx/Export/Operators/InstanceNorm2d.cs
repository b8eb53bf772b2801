namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>InstanceNormalization, with weights of 1 and biases of 0 if the layer has none.</summary>
internal static class InstanceNorm2d
{
    public static void Export(Graphs.Operators.InstanceNorm2d op, NodeExport node)
    {
        string[] weights = node.Shapes.Parameters.Length > 0
            ? [.. node.Parameters()]
            : NeutralWeights.Of(node, node.Shapes.Output[1]);
        node.Emit("InstanceNormalization", [node.Input, .. weights], OnnxAttribute.Float("epsilon", op.Epsilon));
    }
}
