namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// GlobalMaxPool for one position; MaxPool if all windows are equal; else Gather and ReduceMax over planes, then rows,
/// then columns.
/// </summary>
internal static class AdaptiveMaxPool
{
    private static readonly string[] Lines = ["columns", "rows", "planes"];

    public static void Export(Graphs.Operators.AdaptiveMaxPool2d op, NodeExport node) => Export(node, op.Size.Sizes);

    public static void Export(Graphs.Operators.AdaptiveMaxPool3d op, NodeExport node) => Export(node, op.Size.Sizes);

    private static void Export(NodeExport node, long[] size)
    {
        long[] from = [.. node.Shapes.Inputs[0][2..]];
        if (size.All(one => one == 1))
        {
            node.Emit("GlobalMaxPool", [node.Input]);
        }
        else if (AdaptiveWindow.Equal(size, from) is { } window)
        {
            node.Emit(
                "MaxPool",
                [node.Input],
                OnnxAttribute.Ints("kernel_shape", window),
                OnnxAttribute.Ints("strides", window));
        }
        else
        {
            var x = node.Input;
            for (var dimension = 0; dimension < size.Length - 1; dimension++)
            {
                x = Gather(node, x, dimension, size, from);
                var part = $"highest_of_{Lines[size.Length - 1 - dimension]}";
                x = Reduction.EmitPart(node, part, "ReduceMax", x, keep: false, dimension + 3);
            }

            var columns = Gather(node, x, size.Length - 1, size, from);
            Reduction.Emit(node, "ReduceMax", columns, keep: false, size.Length + 2);
        }
    }

    // [..., L, ...] -> [..., windows, longest window, ...]; shorter windows repeat their last position.
    private static string Gather(NodeExport node, string x, int dimension, long[] size, long[] from)
    {
        var part = Lines[size.Length - 1 - dimension];
        var (windows, length) = (size[dimension], from[dimension]);
        var bounds = Enumerable.Range(0, (int)windows).Select(window => AdaptiveWindow.Of(window, windows, length))
            .ToList();
        var longest = bounds.Max(bound => bound.End - bound.Start);
        var positions = bounds.SelectMany(bound => Positions(bound.Start, bound.End, longest)).ToArray();
        var indices = node.Integers($"{part}_of_windows", [windows, longest], positions);
        return node.EmitPart(part, "Gather", [x, indices], OnnxAttribute.Int("axis", dimension + 2));
    }

    private static IEnumerable<long> Positions(long start, long end, long count) =>
        Enumerable.Range(0, (int)count).Select(step => Math.Min(start + step, end - 1));
}
