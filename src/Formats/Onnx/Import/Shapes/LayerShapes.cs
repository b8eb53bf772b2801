using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Output shapes of layers with weights, pools, matrix products and recurrent layers.</summary>
internal static class LayerShapes
{
    /// <summary>The shapes of the outputs; default for other operators.</summary>
    public static ImmutableArray<ImmutableArray<long>> Infer(NodeArguments node) => node.Node.Type switch
    {
        "Attention" when node.Node.Domain.Length == 0 => Attention(node),
        "Conv" => [Conv(node)],
        "ConvTranspose" => [ConvTranspose(node)],
        "MaxPool" or "AveragePool" or "LpPool" => Pool(node),
        "GlobalAveragePool" or "GlobalLpPool" or "GlobalMaxPool" =>
            [[.. node.Shape(0).Select((size, dimension) => dimension < 2 ? size : 1)]],
        "Gemm" => [Gemm(node)],
        "MatMul" => [MatMul(node)],
        "Resize" or "Upsample" => [ResizeSizes.Of(node)],
        "LSTM" => Recurrent(node, gates: 4),
        "GRU" => Recurrent(node, gates: 3),
        "RNN" => Recurrent(node, gates: 1),
        _ => default,
    };

    // Of further outputs, the cache and the scores, nothing is known.
    private static ImmutableArray<ImmutableArray<long>> Attention(NodeArguments node)
    {
        var (q, v) = (node.Shape(0), node.Shape(2));
        if (q.Length != v.Length || q.Length is not (3 or 4))
        {
            throw node.Error("its inputs must be [N, L, C] or [N, heads, L, d]");
        }

        var heads = (Q: node.Node.Int("q_num_heads", 1), V: node.Node.Int("kv_num_heads", 1));
        var width = q.Length == 4 ? v[^1]
            : heads.V > 0 && v[^1] % heads.V == 0 ? checked(v[^1] / heads.V * heads.Q)
            : throw node.Error($"its values of {v[^1]} features do not divide into {heads.V} heads");
        var unknown = node.Node.Outputs.Skip(1).Select(_ => default(ImmutableArray<long>));
        return [q.SetItem(q.Length - 1, width), .. unknown];
    }

    private static ImmutableArray<ImmutableArray<long>> Pool(NodeArguments node)
    {
        var positions = WindowAttributes.Of(node).Positions(node);
        ImmutableArray<long> shape = [.. node.Shape(0)[..2], .. positions];
        return [.. Enumerable.Repeat(shape, node.Node.Outputs.Length)];
    }

    private static ImmutableArray<long> Conv(NodeArguments node)
    {
        var (input, weight) = (node.Shape(0), node.Shape(1));
        return weight.Length == input.Length && input.Length >= 3
            ? [input[0], weight[0], .. WindowAttributes.Of(node, [.. weight[2..]]).Positions(node)]
            : throw node.Error($"weight [{string.Join(", ", weight)}] does not fit input [{string.Join(", ", input)}]");
    }

    private static ImmutableArray<long> ConvTranspose(NodeArguments node)
    {
        var sizes = TransposedWindow.Of(node).Sizes(node);
        return [node.Shape(0)[0], checked(node.Shape(1)[1] * node.Node.Int("group", 1)), .. sizes];
    }

    private static ImmutableArray<long> Gemm(NodeArguments node)
    {
        var (a, b) = (node.Shape(0), node.Shape(1));
        if (a.Length != 2 || b.Length != 2)
        {
            throw node.Error("its inputs must be matrices");
        }

        var (turnA, turnB) = (node.Node.Int("transA", 0) != 0, node.Node.Int("transB", 0) != 0);
        return (turnA ? a[0] : a[1]) == (turnB ? b[1] : b[0])
            ? [turnA ? a[1] : a[0], turnB ? b[0] : b[1]]
            : throw node.Error($"[{string.Join(", ", a)}] and [{string.Join(", ", b)}] cannot be multiplied");
    }

    private static ImmutableArray<long> MatMul(NodeArguments node)
    {
        var (a, b) = (node.Shape(0), node.Shape(1));
        ImmutableArray<long> left = a.Length == 1 ? [1, .. a] : a;
        ImmutableArray<long> right = b.Length == 1 ? [.. b, 1] : b;
        if (a.IsEmpty
            || b.IsEmpty
            || left[^1] != right[^2]
            || Folding.Arrays.Broadcast(left[..^2], right[..^2]) is not { IsDefault: false } leading)
        {
            throw node.Error($"[{string.Join(", ", a)}] and [{string.Join(", ", b)}] cannot be multiplied");
        }

        return [.. leading, .. a.Length == 1 ? [] : left[^2..^1], .. b.Length == 1 ? [] : right[^1..]];
    }

    private static ImmutableArray<ImmutableArray<long>> Recurrent(NodeArguments node, int gates)
    {
        var (input, hidden) = (node.Shape(0), node.Shape(2));
        if (input.Length != 3 || hidden.Length != 3 || hidden[1] != gates * hidden[2])
        {
            throw node.Error(
                $"input [{string.Join(", ", input)}] and weight [{string.Join(", ", hidden)}] do not fit");
        }

        // In layout 1 the batch is dimension 0 of all values.
        var isFirst = node.Node.Int("layout", 0) != 0;
        ImmutableArray<long> steps = isFirst
            ? [input[0], input[1], hidden[0], hidden[2]]
            : [input[0], hidden[0], input[1], hidden[2]];
        ImmutableArray<long> last = isFirst ? [input[0], hidden[0], hidden[2]] : [hidden[0], input[1], hidden[2]];
        return [.. new[] { steps, last, last }.Take(node.Node.Outputs.Length)];
    }
}
