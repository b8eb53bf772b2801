using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// AveragePool. What overhangs in ceil mode is padding that does not count; padding that counts beside it is a Pad
/// before.
/// </summary>
internal static class AveragePool2d
{
    public static void Export(Graphs.Operators.AveragePool2d op, NodeExport node)
    {
        var after = PoolPadding.After(node.Shapes, op.Kernel, op.Stride, op.Padding, dilation: 1, op.CeilMode);
        if (after == op.Padding)
        {
            Emit(op, node, node.Input, op.Padding, after, op.CountPadding);
        }
        else if (!op.CountPadding || op.Padding == 0)
        {
            Emit(op, node, node.Input, op.Padding, after, countPadding: false);
        }
        else
        {
            var padded = Padding.EmitPart(node, "padded", op.Padding, op.Padding, 0);
            var overhang = new Pair(after.Height - op.Padding.Height, after.Width - op.Padding.Width);
            Emit(op, node, padded, 0, overhang, countPadding: false);
        }
    }

    private static void Emit(
        Graphs.Operators.AveragePool2d op, NodeExport node, string x, Pair before, Pair after, bool countPadding) =>
        node.Emit(
            "AveragePool",
            [x],
            OnnxAttribute.Pair("kernel_shape", op.Kernel),
            OnnxAttribute.Pair("strides", op.Stride),
            OnnxAttribute.Pads(before, after),
            OnnxAttribute.Flag("count_include_pad", countPadding));
}
