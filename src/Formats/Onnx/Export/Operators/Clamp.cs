namespace Ocs.Formats.Onnx.Export.Operators;

internal static class Clamp
{
    public static void Export(Graphs.Operators.Clamp op, NodeExport node) => node.Emit(
        "Clip", [node.Input, node.Scalar("lowest", op.Lowest), node.Scalar("highest", op.Highest)]);
}
