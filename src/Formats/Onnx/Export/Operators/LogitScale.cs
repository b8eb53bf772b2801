namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Min, Exp, Mul.</summary>
internal static class LogitScale
{
    public static void Export(Graphs.Operators.LogitScale op, NodeExport node)
    {
        var clamped = node.EmitPart("clamped", "Min", [node.Parameters()[0], node.Scalar("largest", op.Largest)]);
        node.Emit("Mul", [node.Input, node.EmitPart("scale", "Exp", [clamped])]);
    }
}
