using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Output shapes of operators on indices, such as TopK and ArgMax.</summary>
internal static class PlaceShapes
{
    /// <summary>The shapes of the outputs; default for other operators.</summary>
    public static ImmutableArray<ImmutableArray<long>> Infer(NodeArguments node) => node.Node.Type switch
    {
        "TopK" => TopK(node),
        "GatherElements" => [node.Shape(1)],
        "GridSample" => [[.. node.Shape(0)[..2], .. node.Shape(1)[1..^1]]],
        "OneHot" => [OneHot(node)],
        "Compress" => [Compress(node)],
        _ => default,
    };

    private static ImmutableArray<ImmutableArray<long>> TopK(NodeArguments node)
    {
        var input = node.Shape(0);
        var axis = node.Axis(-1, input.Length);
        var count = node.Constant(1) is { Count: > 0 } stated ? stated.Integers[0] : node.Node.Int("k", 0);
        var shape = count >= 0 && count <= input[axis]
            ? input.SetItem(axis, count)
            : throw node.Error($"it takes {count} of {input[axis]} elements");
        return [.. node.Node.Outputs.Select(_ => shape)];
    }

    private static ImmutableArray<long> OneHot(NodeArguments node)
    {
        var indices = node.Shape(0);
        var depth = node.Constant(1) is { IsScalar: true } stated
            ? stated.Integers[0]
            : throw node.Error("it does not say how many values there are");
        return indices.Insert(node.Axis(-1, indices.Length + 1), depth);
    }

    private static ImmutableArray<long> Compress(NodeArguments node)
    {
        var (input, condition) = (node.Shape(0), node.Constant(1) ?? throw node.Error("it has no condition"));
        var count = (long)condition.Integers.Count(isTaken => isTaken != 0);
        return node.Node.Has("axis") ? input.SetItem(node.Axis(0, input.Length), count) : [count];
    }
}
