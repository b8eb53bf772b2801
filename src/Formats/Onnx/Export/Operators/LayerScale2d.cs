namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Mul with the factors as [C, 1, 1].</summary>
internal static class LayerScale2d
{
    public static void Export(NodeExport node) =>
        node.Emit("Mul", [node.Input, node.ReshapedParameter(0, -1, 1, 1)]);
}
