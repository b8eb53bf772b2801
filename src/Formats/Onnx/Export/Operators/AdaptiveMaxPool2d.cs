using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export.Operators;

/// <summary>
/// GlobalMaxPool to 1x1; MaxPool where equal windows give the size; else the rows of each window gathered and reduced,
/// then the columns.
/// </summary>
internal static class AdaptiveMaxPool2d
{
    public static void Export(Graphs.Operators.AdaptiveMaxPool2d op, NodeExport node)
    {
        var (height, width) = (node.Shapes.Inputs[0][2], node.Shapes.Inputs[0][3]);
        if (op.Size == 1)
        {
            node.Emit("GlobalMaxPool", [node.Input]);
        }
        else if (height % op.Size.Height == 0 && width % op.Size.Width == 0)
        {
            var window = new Pair((int)(height / op.Size.Height), (int)(width / op.Size.Width));
            node.Emit(
                "MaxPool",
                [node.Input],
                OnnxAttribute.Pair("kernel_shape", window),
                OnnxAttribute.Pair("strides", window));
        }
        else
        {
            var rows = Gather(node, "rows", node.Input, 2, op.Size.Height, height);
            rows = Reduction.EmitPart(node, "highest", "ReduceMax", rows, keep: false, 3);
            var columns = Gather(node, "columns", rows, 3, op.Size.Width, width);
            Reduction.Emit(node, "ReduceMax", columns, keep: false, 4);
        }
    }

    // [..., L, ...] -> [..., windows, positions of the longest, ...]; shorter windows repeat their last.
    private static string Gather(NodeExport node, string part, string x, int axis, int windows, long length)
    {
        var bounds = Enumerable.Range(0, windows).Select(window => AdaptiveWindow.Of(window, windows, length)).ToList();
        var longest = bounds.Max(bound => bound.End - bound.Start);
        var positions = bounds.SelectMany(bound => Positions(bound.Start, bound.End, longest)).ToArray();
        var indices = node.Integers($"{part}_of_windows", [windows, longest], positions);
        return node.EmitPart(part, "Gather", [x, indices], OnnxAttribute.Int("axis", axis));
    }

    private static IEnumerable<long> Positions(long start, long end, long count) =>
        Enumerable.Range(0, (int)count).Select(step => Math.Min(start + step, end - 1));
}
