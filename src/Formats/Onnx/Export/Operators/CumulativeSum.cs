namespace Ocs.Formats.Onnx.Export.Operators;

internal static class CumulativeSum
{
    public static void Export(Graphs.Operators.CumulativeSum op, NodeExport node) => node.Emit(
        "CumSum", [node.Input, node.Index("axis", op.Dimension)], OnnxAttribute.Flag("exclusive", op.IsExclusive),
        OnnxAttribute.Flag("reverse", op.IsReverse));
}
