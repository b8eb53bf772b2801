namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Constant.</summary>
internal static class RelativeCoordinates
{
    public static void Export(Graphs.Operators.RelativeCoordinates op, NodeExport node) =>
        node.EmitConstant(op.Values());
}
