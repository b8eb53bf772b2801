using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Pad: constant, reflect, edge.</summary>
internal static class Pad2d
{
    public static void Export(Graphs.Operators.Pad2d op, NodeExport node)
    {
        var sizes = Padding.Vector(node, op.Before, op.After);
        string[] inputs = op.Mode == PaddingMode.Constant
            ? [node.Input, sizes, node.Scalar("border", op.Value)]
            : [node.Input, sizes];
        node.Emit("Pad", inputs, OnnxAttribute.Text("mode", Mode(op.Mode)));
    }

    private static string Mode(PaddingMode mode) => mode switch
    {
        PaddingMode.Constant => "constant",
        PaddingMode.Reflect => "reflect",
        PaddingMode.Replicate => "edge",
        _ => throw new InvalidOperationException($"Padding {mode} has no ONNX form."),
    };
}
