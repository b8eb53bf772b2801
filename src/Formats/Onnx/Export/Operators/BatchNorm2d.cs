namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>BatchNormalization in its inference form; the count of batches has no place there.</summary>
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
