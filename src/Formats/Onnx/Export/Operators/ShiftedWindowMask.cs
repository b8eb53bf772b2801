namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Constant.</summary>
internal static class ShiftedWindowMask
{
    public static void Export(Graphs.Operators.ShiftedWindowMask op, NodeExport node) => node.EmitConstant(op.Values());
}
