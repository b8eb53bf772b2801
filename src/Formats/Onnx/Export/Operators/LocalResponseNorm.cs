namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>LRN.</summary>
internal static class LocalResponseNorm
{
    public static void Export(Graphs.Operators.LocalResponseNorm op, NodeExport node) => node.Emit(
        "LRN", [node.Input], OnnxAttribute.Int("size", op.Size), OnnxAttribute.Float("alpha", op.Alpha),
        OnnxAttribute.Float("beta", op.Beta), OnnxAttribute.Float("bias", op.Bias));
}
