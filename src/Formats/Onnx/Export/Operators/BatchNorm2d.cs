namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>BatchNormalization in inference mode, which has no count of batches.</summary>
internal static class BatchNorm2d
{
    private const int UsedParameters = 4;

    // ONNX's momentum weighs the old value, ours the new one.
    public static void Export(Graphs.Operators.BatchNorm2d op, NodeExport node) => node.Emit(
        "BatchNormalization",
        [node.Input, .. node.Parameters(UsedParameters)],
        OnnxAttribute.Float("epsilon", op.Epsilon),
        OnnxAttribute.Float("momentum", 1 - op.Momentum));
}
