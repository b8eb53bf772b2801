using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// GlobalAveragePool to 1x1; AveragePool where equal windows give the size; else products with two constant matrices,
/// for such a mean is one over rows, then one over columns.
/// </summary>
internal static class AdaptiveAveragePool2d
{
    public static void Export(Graphs.Operators.AdaptiveAveragePool2d op, NodeExport node)
    {
        var (height, width) = (node.Shapes.Inputs[0][2], node.Shapes.Inputs[0][3]);
        if (op.Size == 1)
        {
            node.Emit("GlobalAveragePool", [node.Input]);
        }
        else if (height % op.Size.Height == 0 && width % op.Size.Width == 0)
        {
            var window = new Pair((int)(height / op.Size.Height), (int)(width / op.Size.Width));
            node.Emit(
                "AveragePool",
                [node.Input],
                OnnxAttribute.Pair("kernel_shape", window),
                OnnxAttribute.Pair("strides", window));
        }
        else
        {
            var (ofRows, ofColumns) = (Weights(op.Size.Height, height, false), Weights(op.Size.Width, width, true));
            var columns = node.Floats("columns", [width, op.Size.Width], ofColumns);
            var rows = node.Floats("rows", [op.Size.Height, height], ofRows);
            node.Emit("MatMul", [rows, node.EmitPart("narrow", "MatMul", [node.Input, columns])]);
        }
    }

    // What each of the input's positions counts in each of the output's.
    private static float[] Weights(int outputs, long inputs, bool transposed)
    {
        var weights = new float[outputs * inputs];
        for (var output = 0; output < outputs; output++)
        {
            var (start, end) = AdaptiveWindow.Of(output, outputs, inputs);
            for (var input = start; input < end; input++)
            {
                weights[transposed ? input * outputs + output : output * inputs + input] = 1f / (end - start);
            }
        }

        return weights;
    }
}
