using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Slice, with any step, forwards or backwards.</summary>
internal static class Slice
{
    public static void Import(NodeImport node)
    {
        var x = node.Any(0);
        var value = x.Value;
        var ranges = SliceRange.Of(node.Arguments).Where(range => !IsWhole(node, x, range)).ToArray();
        for (var index = 0; index < ranges.Length; index++)
        {
            var range = ranges[index];
            if (range.Axis == x.Batch)
            {
                throw node.Error("it takes some samples of the batch");
            }

            if (range.Length == 0)
            {
                throw node.Error($"it takes nothing of dimension {range.Axis}");
            }

            var name = index == ranges.Length - 1 ? node.Name : node.Part("range");
            var dimension = x.Dimension(range.Axis);
            value = range.Step == 1
                ? node.Builder.Slice(name, value, dimension, (int)range.Start, (int)range.Length)
                : Stepped(node, name, value, dimension, range);
        }

        node.Output(x with { Value = value });
    }

    private static bool IsWhole(NodeImport node, Imported x, SliceRange range) =>
        range.Step == 1 && range.Length == node.ShapeOf(x.Value)[x.Dimension(range.Axis)];

    // Groups indices by the step, and takes one of each group.
    private static Value Stepped(NodeImport node, string name, Value x, int dimension, SliceRange range)
    {
        var shape = node.ShapeOf(x);
        var stopsEarly = range.Start + range.Step * range.Length < shape[dimension];
        if (range.Step > 0 && !stopsEarly && shape.Length == 4 && dimension >= 2)
        {
            var rest = range.Start == 0
                ? x
                : node.Builder.Slice(
                    node.Part("from"), x, dimension, (int)range.Start, (int)(shape[dimension] - range.Start));
            return node.Builder.Subsample(
                name, rest, dimension == 2 ? new((int)range.Step, 1) : new(1, (int)range.Step));
        }

        if (range.Step < 0 || stopsEarly || shape[dimension] % range.Step != 0 || range.Start >= range.Step)
        {
            int[] places =
            [
                .. Enumerable.Range(0, (int)range.Length).Select(index => (int)(range.Start + index * range.Step)),
            ];
            return Gather.Several(node, name, x, dimension, places);
        }

        var groups = node.Builder.Reshape(
            node.Part("steps"),
            x,
            [.. shape[..dimension], shape[dimension] / range.Step, range.Step, .. shape[(dimension + 1)..]],
            Graphs.Operators.SplitPolicy.SameInner);
        return node.Builder.Select(name, groups, dimension + 1, (int)range.Start);
    }
}
