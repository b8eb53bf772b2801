namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// GlobalAveragePool for one position; AveragePool if all windows are equal; else products with constant matrices: the
/// mean is taken over rows, then columns, then planes.
/// </summary>
internal static class AdaptiveAveragePool
{
    public static void Export(Graphs.Operators.AdaptiveAveragePool2d op, NodeExport node) =>
        Export(node, op.Size.Sizes);

    public static void Export(Graphs.Operators.AdaptiveAveragePool3d op, NodeExport node) =>
        Export(node, op.Size.Sizes);

    private static void Export(NodeExport node, long[] size)
    {
        long[] from = [.. node.Shapes.Inputs[0][2..]];
        if (size.All(one => one == 1))
        {
            node.Emit("GlobalAveragePool", [node.Input]);
        }
        else if (AdaptiveWindow.Equal(size, from) is { } window)
        {
            node.Emit(
                "AveragePool",
                [node.Input],
                OnnxAttribute.Ints("kernel_shape", window),
                OnnxAttribute.Ints("strides", window));
        }
        else
        {
            var columns = node.Floats("columns", [from[^1], size[^1]], Weights(size[^1], from[^1], transposed: true));
            var rows = node.Floats("rows", [size[^2], from[^2]], Weights(size[^2], from[^2], transposed: false));
            var narrow = node.EmitPart("narrow", "MatMul", [node.Input, columns]);
            if (size.Length == 2)
            {
                node.Emit("MatMul", [rows, narrow]);
                return;
            }

            // [N, C, D, H', W'] as matrices of planes by positions.
            var planes = node.Floats("planes", [size[0], from[0]], Weights(size[0], from[0], transposed: false));
            var low = node.EmitPart("low", "MatMul", [rows, narrow]);
            var positions = node.Vector("positions", 0, 0, from[0], size[1] * size[2]);
            var flat = node.EmitPart("flat", "Reshape", [low, positions]);
            var mean = node.EmitPart("mean", "MatMul", [planes, flat]);
            node.Emit("Reshape", [mean, node.Vector("volume", 0, 0, size[0], size[1], size[2])]);
        }
    }

    // The weight of each input position in each output position.
    private static float[] Weights(long outputs, long inputs, bool transposed)
    {
        var weights = new float[outputs * inputs];
        for (var output = 0L; output < outputs; output++)
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
