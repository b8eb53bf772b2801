using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// MaxPool. Ceil mode is padding after the image; where that would be as wide as a window, which programs refuse, a Pad
/// before.
/// </summary>
internal static class MaxPool2d
{
    public static void Export(Graphs.Operators.MaxPool2d op, NodeExport node)
    {
        var after = PoolPadding.After(node.Shapes, op.Kernel, op.Stride, op.Padding, op.Dilation, op.CeilMode);
        if (after.Height < op.Kernel.Height && after.Width < op.Kernel.Width)
        {
            Emit(op, node, node.Input, op.Padding, after);
        }
        else
        {
            Emit(op, node, Padding.EmitPart(node, "padded", op.Padding, after, float.NegativeInfinity), 0, 0);
        }
    }

    private static void Emit(Graphs.Operators.MaxPool2d op, NodeExport node, string x, Pair before, Pair after) =>
        node.Emit(
            "MaxPool",
            [x],
            OnnxAttribute.Pair("kernel_shape", op.Kernel),
            OnnxAttribute.Pair("strides", op.Stride),
            OnnxAttribute.Pair("dilations", op.Dilation),
            OnnxAttribute.Pads(before, after));
}
