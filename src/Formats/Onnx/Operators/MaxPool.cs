using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Operators;

/// <summary>MaxPool2d -> MaxPool. Ceil mode is padding after the image, as far as the last window reaches.</summary>
internal static class MaxPool
{
    public static void Export(Graphs.Operators.MaxPool2d op, NodeExport node)
    {
        var (input, output) = (node.Shapes.Inputs[0], node.Shapes.Output);
        node.Emit(
            "MaxPool",
            node.Inputs.AsSpan(),
            NodeExport.Attribute("kernel_shape", op.Kernel),
            NodeExport.Attribute("strides", op.Stride),
            NodeExport.Attribute("dilations", (Pair)op.Dilation),
            NodeExport.Attribute(
                "pads",
                op.Padding.Height,
                op.Padding.Width,
                After(op, input[2], output[2], op.Kernel.Height, op.Stride.Height, op.Padding.Height),
                After(op, input[3], output[3], op.Kernel.Width, op.Stride.Width, op.Padding.Width)));
    }

    private static long After(
        Graphs.Operators.MaxPool2d op, long input, long output, int kernel, int stride, int padding) => op.CeilMode
        ? Math.Max(padding, (output - 1) * stride + op.Dilation * (kernel - 1) + 1 - input - padding)
        : padding;
}
