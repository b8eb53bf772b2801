using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Expand and Tile: dimensions of size 1, and whole repetitions of channels.</summary>
internal static class Repeat
{
    public static void Expand(NodeImport node)
    {
        var x = node.Any(0);
        var (from, to) = (node.Graph.ShapeOf(node.Node.Inputs[0]), node.Graph.ShapeOf(node.Node.Output));
        if (from.Length != to.Length)
        {
            throw node.Error(
                $"it adds dimensions to {NodeShapes.Show(from)}, so that the batch is no longer where it was");
        }

        var grown = Enumerable.Range(0, to.Length).Where(axis => from[axis] != to[axis]).ToArray();
        if (grown.Contains(x.Batch))
        {
            throw node.Error("it repeats the batch");
        }

        node.Output(x with
        {
            Value = Steps(node, x, grown, (name, value, axis) =>
                node.Builder.Expand(name, value, x.Dimension(axis), (int)to[axis])),
        });
    }

    public static void Tile(NodeImport node)
    {
        var x = node.Any(0);
        var repeats = node.Constant(1).Integers;
        var grown = Enumerable.Range(0, repeats.Length).Where(axis => repeats[axis] != 1).ToArray();
        node.Output(x with
        {
            Value = Steps(node, x, grown, (name, value, axis) =>
                One(node, x, name, value, axis, (int)repeats[axis])),
        });
    }

    private static Value One(NodeImport node, Imported x, string name, Value value, int axis, int times)
    {
        var dimension = x.Dimension(axis);
        return dimension == 0 ? throw node.Error("it repeats the batch")
            : node.ShapeOf(value)[dimension] == 1 ? node.Builder.Expand(name, value, dimension, times)
            : dimension == 1 ? node.Builder.RepeatChannels(name, value, times)
            : node.Builder.Concat(name, dimension, [.. Enumerable.Repeat(value, times)]);
    }

    private static Value Steps(NodeImport node, Imported x, int[] axes, Func<string, Value, int, Value> step)
    {
        var value = x.Value;
        for (var index = 0; index < axes.Length; index++)
        {
            value = step(index == axes.Length - 1 ? node.Name : node.Part("step"), value, axes[index]);
        }

        return value;
    }
}
