using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Output shapes of reductions.</summary>
internal static class ReductionShapes
{
    /// <summary>The reduced axes: all unless stated.</summary>
    public static int[] Axes(NodeArguments node, int rank) => node.Axes(1, rank) is { Length: > 0 } axes
        ? axes
        : node.Node.Int("noop_with_empty_axes", 0) != 0 ? []
        : [.. Enumerable.Range(0, rank)];

    /// <summary>The shape of the output; default for other operators.</summary>
    public static ImmutableArray<long> Infer(NodeArguments node)
    {
        var type = node.Node.Type;
        if (!type.StartsWith("Reduce", StringComparison.Ordinal) && type is not ("ArgMax" or "ArgMin"))
        {
            return default;
        }

        var input = node.Shape(0);
        var axes = type.StartsWith("Arg", StringComparison.Ordinal)
            ? [node.Axis(0, input.Length)]
            : Axes(node, input.Length);
        return node.Node.Int("keepdims", 1) != 0
            ? [.. input.Select((size, dimension) => axes.Contains(dimension) ? 1 : size)]
            : [.. input.Where((_, dimension) => !axes.Contains(dimension))];
    }
}
