using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>Pad of images and volumes: constant, reflect, edge.</summary>
internal static class Pad
{
    public static void Export(Pad2d op, NodeExport node) =>
        Export(node, op.Before.Sizes, op.After.Sizes, op.Mode, op.Value);

    public static void Export(Pad3d op, NodeExport node) =>
        Export(node, op.Before.Sizes, op.After.Sizes, op.Mode, op.Value);

    private static void Export(NodeExport node, long[] before, long[] after, PaddingMode mode, double value)
    {
        var sizes = Padding.Vector(node, before, after);
        string[] inputs = mode == PaddingMode.Constant
            ? [node.Input, sizes, node.Scalar("border", value)]
            : [node.Input, sizes];
        node.Emit("Pad", inputs, OnnxAttribute.Text("mode", Name(mode)));
    }

    private static string Name(PaddingMode mode) => mode switch
    {
        PaddingMode.Constant => "constant",
        PaddingMode.Reflect => "reflect",
        PaddingMode.Replicate => "edge",
        _ => throw new InvalidOperationException($"Padding {mode} has no ONNX form."),
    };
}
