using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Output shapes of operators that only move elements.</summary>
internal static class MovementShapes
{
    /// <summary>The shapes of the outputs; default for other operators.</summary>
    public static ImmutableArray<ImmutableArray<long>> Infer(NodeArguments node) => node.Node.Type switch
    {
        "Reshape" => [Reshape(node)],
        "Squeeze" => [Squeeze(node)],
        "Unsqueeze" => [Unsqueeze(node)],
        "Flatten" => [Flatten(node)],
        "Transpose" => [[.. Order(node).Select(dimension => node.Shape(0)[dimension])]],
        "Expand" => [Expand(node)],
        "Tile" => [Tile(node)],
        "Concat" => [Concat(node)],
        "Gather" => [Gather(node)],
        "Slice" =>
            [SliceRange.Of(node).Aggregate(node.Shape(0), (shape, range) => shape.SetItem(range.Axis, range.Length))],
        "Split" => Split(node),
        "Pad" => [Pad(node)],
        "DepthToSpace" => [Blocks(node, toSpace: true)],
        "SpaceToDepth" => [Blocks(node, toSpace: false)],
        _ => default,
    };

    /// <summary>The order of a Transpose: reversed unless stated.</summary>
    public static ImmutableArray<int> Order(NodeArguments node)
    {
        var rank = node.Rank();
        ImmutableArray<int> order = node.Node.Ints("perm") is { } stated
            ? [.. stated.Select(axis => node.Normal(axis, rank))]
            : [.. Enumerable.Range(0, rank).Reverse()];
        return order.Order().SequenceEqual(Enumerable.Range(0, rank))
            ? order
            : throw node.Error($"its order does not name each of {rank} dimensions once");
    }

    /// <summary>Padding before and after each dimension; 0 for dimensions that are not named.</summary>
    public static (long[] Before, long[] After) Pads(NodeArguments node)
    {
        var rank = node.Rank();
        var pads = node.Ints("pads", 1) ?? node.Node.Ints("paddings") ?? throw node.Error("it has no pads");
        var axes = node.Axes(3, rank) ?? [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length)
        {
            throw node.Error($"it has {pads.Length} pads for {axes.Length} dimensions");
        }

        var (before, after) = (new long[rank], new long[rank]);
        for (var index = 0; index < axes.Length; index++)
        {
            (before[axes[index]], after[axes[index]]) = (pads[index], pads[axes.Length + index]);
        }

        return (before, after);
    }

    private static ImmutableArray<long> Reshape(NodeArguments node)
    {
        var input = node.Shape(0);
        var target = node.Constant(1)?.Integers ?? throw node.Error("it has no shape");
        var keepsZeros = node.Node.Int("allowzero", 0) != 0;
        var shape = target
            .Select((size, dimension) => size == 0 && !keepsZeros && dimension < input.Length ? input[dimension] : size)
            .ToArray();
        var count = OnnxTensor.CountOf(input);
        if (Array.IndexOf(shape, -1) is >= 0 and var open)
        {
            var others = shape
                .Where((_, dimension) => dimension != open)
                .Aggregate(1L, (product, size) => product * size);
            shape[open] = others > 0 && count % others == 0 ? count / others : -1;
        }

        return shape.All(size => size >= 0) && shape.Aggregate(1.0, (product, size) => product * size) == count
            ? [.. shape]
            : throw node.Error($"[{string.Join(", ", input)}] cannot be reshaped to [{string.Join(", ", target)}]");
    }

    private static ImmutableArray<long> Squeeze(NodeArguments node)
    {
        var input = node.Shape(0);
        var axes = node.Axes(1, input.Length)
            ?? [.. Enumerable.Range(0, input.Length).Where(dimension => input[dimension] == 1)];
        return axes.All(axis => input[axis] == 1)
            ? [.. input.Where((_, dimension) => !axes.Contains(dimension))]
            : throw node.Error($"it drops a dimension of [{string.Join(", ", input)}] that is larger than 1");
    }

    private static ImmutableArray<long> Unsqueeze(NodeArguments node)
    {
        var input = node.Shape(0);
        var count = node.Ints("axes", 1)?.Length ?? throw node.Error("it has no axes");
        var axes = node.Axes(1, input.Length + count)!;
        return axes.Order().Aggregate(input, (shape, axis) => shape.Insert(axis, 1));
    }

    private static ImmutableArray<long> Flatten(NodeArguments node)
    {
        var input = node.Shape(0);
        var stated = node.Node.Int("axis", 1);
        var axis = stated == input.Length ? input.Length : node.Normal(stated, Math.Max(input.Length, 1));
        return [OnnxTensor.CountOf(input[..axis]), OnnxTensor.CountOf(input[axis..])];
    }

    private static ImmutableArray<long> Expand(NodeArguments node) =>
        Folding.Arrays.Broadcast(node.Shape(0), [.. node.Constant(1)?.Integers ?? throw node.Error("it has no shape")])
            is { IsDefault: false } shape
                ? shape
                : throw node.Error($"[{string.Join(", ", node.Shape(0))}] cannot be repeated to its shape");

    private static ImmutableArray<long> Tile(NodeArguments node)
    {
        var (input, repeats) = (node.Shape(0), node.Constant(1)?.Integers);
        return repeats?.Length == input.Length && repeats.All(times => times is >= 0 and < int.MaxValue)
            ? [.. input.Select((size, dimension) => size * repeats[dimension])]
            : throw node.Error("it has not one number of repeats a dimension");
    }

    private static ImmutableArray<long> Concat(NodeArguments node)
    {
        var first = node.Shape(0);
        var axis = node.Axis(0, first.Length);
        var total = 0L;
        for (var input = 0; input < node.InputCount; input++)
        {
            var shape = node.Shape(input);
            total += shape.Length == first.Length && shape.SetItem(axis, 0).SequenceEqual(first.SetItem(axis, 0))
                ? shape[axis]
                : throw node.Error(
                    $"[{string.Join(", ", first)}] and [{string.Join(", ", shape)}] cannot be joined along axis "
                    + $"{axis}");
        }

        return first.SetItem(axis, total);
    }

    private static ImmutableArray<long> Gather(NodeArguments node)
    {
        var (data, indices) = (node.Shape(0), node.Shape(1));
        var axis = node.Axis(0, data.Length);
        return [.. data[..axis], .. indices, .. data[(axis + 1)..]];
    }

    private static ImmutableArray<ImmutableArray<long>> Split(NodeArguments node)
    {
        var input = node.Shape(0);
        var axis = node.Axis(0, input.Length);
        var count = node.Node.Outputs.Length;
        var size = (input[axis] + count - 1) / count;
        var sizes = node.Ints("split", 1)
            ?? [.. Enumerable.Range(0, count).Select(part => Math.Min(size, input[axis] - part * size))];
        return sizes.Length == count && sizes.Sum() == input[axis] && sizes.All(part => part >= 0)
            ? [.. sizes.Select(part => input.SetItem(axis, part))]
            : throw node.Error(
                $"its parts [{string.Join(", ", sizes)}] are not dimension {axis} of [{string.Join(", ", input)}]");
    }

    private static ImmutableArray<long> Pad(NodeArguments node)
    {
        var (before, after) = Pads(node);
        return [.. node.Shape(0).Select((size, dimension) => checked(size + before[dimension] + after[dimension]))];
    }

    private static ImmutableArray<long> Blocks(NodeArguments node, bool toSpace)
    {
        var (input, block) = (node.Shape(0), node.Node.Int("blocksize", 0));
        var fits = input.Length == 4 && block is > 0 and < 1 << 15
            && (toSpace ? input[1] % (block * block) == 0 : input[2] % block == 0 && input[3] % block == 0);
        return !fits ? throw node.Error($"blocks of {block} do not fit [{string.Join(", ", input)}]")
            : toSpace ? [input[0], input[1] / (block * block), input[2] * block, input[3] * block]
            : [input[0], input[1] * block * block, input[2] / block, input[3] / block];
    }
}
