namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Softmax or LogSoftmax.</summary>
internal static class Softmax
{
    public static void Export(Graphs.Operators.Softmax op, NodeExport node) =>
        node.Emit(op.Logarithm ? "LogSoftmax" : "Softmax", [node.Input], OnnxAttribute.Int("axis", op.Dimension));
}
