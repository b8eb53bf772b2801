namespace Ocs.Formats.Onnx.Operators;

/// <summary>BatchNorm2d -> BatchNormalization in its inference form; the count of batches has no place there.</summary>
internal static class BatchNormalization
{
    private const int UsedParameters = 4;

    // ONNX's momentum weighs the old value, ours the new one.
    public static void Export(Graphs.Operators.BatchNorm2d op, NodeExport node) => node.Emit(
        "BatchNormalization",
        [.. node.Inputs, .. node.Parameters(UsedParameters)],
        NodeExport.Attribute("epsilon", op.Epsilon),
        NodeExport.Attribute("momentum", 1 - op.Momentum));
}
