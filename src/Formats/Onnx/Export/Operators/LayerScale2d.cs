namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Mul with the factors [C, 1, 1]; Unsqueeze before it where they are [C].</summary>
internal static class LayerScale2d
{
    public static void Export(NodeExport node)
    {
        var factor = node.Parameters()[0];
        if (node.Shapes.Parameters[0].Length == 1)
        {
            factor = node.EmitPart("factor", "Unsqueeze", [factor, node.Vector("axes", 1, 2)]);
        }

        node.Emit("Mul", [node.Input, factor]);
    }
}
