using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>The scores of attention before the softmax: scale * queries * keysᵀ + biases.</summary>
/// <param name="Queries">[..., L, d], before the scale.</param>
/// <param name="Right">Keys before the scale: [..., d, S], or [..., S, d] if the product is an Einsum.</param>
/// <param name="IsTransposed">Whether the keys' last dimensions are transposed, as in MatMul.</param>
/// <param name="Scale">The product of all factors.</param>
/// <param name="Shape">Shape of the product.</param>
/// <param name="Lifted">
/// Shape of the scores when biases are added; equal to <paramref name="Shape"/> unless they are reshaped before.
/// </param>
/// <param name="Biases">The added constants.</param>
internal sealed record Scores(
    string Queries,
    string Right,
    bool IsTransposed,
    double Scale,
    ImmutableArray<long> Shape,
    ImmutableArray<long> Lifted,
    ImmutableArray<Scores.Bias> Biases)
{
    /// <summary>A constant, whose leading dimensions are 1 or those of the scores, and its rank.</summary>
    internal readonly record struct Bias(string Name, int Rank)
    {
        /// <summary>The constant with the rank of the queries.</summary>
        public string Constant(OnnxGraph graph, OnnxNode like, int rank)
        {
            var constant = graph.Constant(Name)!;
            if (constant.Shape.Length == rank)
            {
                return Name;
            }

            var name = graph.FreshName($"{like.Name}/bias");
            graph.Constants[name] = constant.Reshaped(
                [.. Enumerable.Repeat(1L, rank - constant.Shape.Length), .. constant.Shape]);
            return name;
        }
    }

    /// <summary>The keys [..., S, d].</summary>
    public string Keys(OnnxGraph graph)
    {
        if (!IsTransposed)
        {
            return Right;
        }

        var rank = graph.ShapeOf(Right).Length;
        int[] exchange = [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2];
        if (graph.Maker(Right, "Transpose") is not { } transpose)
        {
            return graph.EmitTranspose(graph.Maker(Right)!, "keys", Right, [.. exchange]);
        }

        var order = transpose.Order(rank);
        ImmutableArray<int> joined = [.. exchange.Select(dimension => order[dimension])];
        return joined.SequenceEqual(Enumerable.Range(0, rank))
            ? transpose.Inputs[0]
            : graph.EmitTranspose(transpose, "keys", transpose.Inputs[0], joined);
    }

    /// <summary>Whether a node is an Einsum of q kᵀ (transposed) or of w v.</summary>
    public static bool IsEinsum(OnnxNode node, bool transposed)
    {
        var equation = node.Is("Einsum") ? node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal) : "";
        if (equation.Split("->") is not [var left, var result] || left.Split(',') is not [var first, var second]
            || first.Length < 3 || first.Length != second.Length || first.Length != result.Length
            || first.Distinct().Count() != first.Length || equation.Contains('.', StringComparison.Ordinal))
        {
            return false;
        }

        var leading = first[..^2];
        return transposed
            ? second == $"{leading}{second[^2]}{first[^1]}"
                && result == $"{leading}{first[^2]}{second[^2]}"
                && !first.Contains(second[^2], StringComparison.Ordinal)
            : second == $"{leading}{first[^1]}{second[^1]}"
                && result == $"{leading}{first[^2]}{second[^1]}"
                && !first.Contains(second[^1], StringComparison.Ordinal);
    }

    /// <summary>The scores that a softmax over the last dimension reads; null for other expressions.</summary>
    public static Scores? Find(OnnxGraph graph, OnnxNode softmax)
    {
        var value = softmax.Inputs[0];
        if (graph.ShapeOf(value) is not { IsDefault: false, Length: >= 3 } outer
            || softmax.Int("axis", -1) is var axis && axis != -1 && axis != outer.Length - 1)
        {
            return null;
        }

        var (scale, lifted) = (1.0, outer);
        var biases = ImmutableArray.CreateBuilder<Bias>();
        while (graph.Maker(value) is { } node && graph.ShapeOf(value) is { IsDefault: false } shape)
        {
            if (shape.Length > lifted.Length)
            {
                lifted = shape;
            }

            if (node.Is("MatMul") || IsEinsum(node, transposed: true))
            {
                return Product(graph, node, scale, shape, lifted, biases);
            }

            if (node.Is("Add") && scale == 1 && graph.BesideConstant(node) is var (sum, bias))
            {
                biases.Add(new(bias, shape.Length));
                value = sum;
            }
            else if (scale == 1 && CausalMask.OfWhere(graph, node) is var (kept, mask))
            {
                biases.Add(new(mask, shape.Length));
                value = kept;
            }
            else if (Factor(graph, node) is var (scaled, factor))
            {
                scale *= factor;
                value = scaled;
            }
            else if (node.Is("Reshape"))
            {
                value = node.Inputs[0];
            }
            else
            {
                return null;
            }
        }

        return null;
    }

    // Biases may be added in two shapes. Those with fewer dimensions must fit both.
    private static Scores? Product(
        OnnxGraph graph,
        OnnxNode node,
        double scale,
        ImmutableArray<long> shape,
        ImmutableArray<long> lifted,
        ImmutableArray<Bias>.Builder biases)
    {
        var isLifted = biases.Any(bias => bias.Rank > shape.Length);
        var target = isLifted ? lifted : shape;
        foreach (var bias in biases)
        {
            var dims = graph.ShapeOf(bias.Name);
            var first = target.Length - dims.Length;
            if (first < 0 || dims.Length < 2 || !dims[^2..].SequenceEqual(target[^2..])
                || dims.Where((size, d) => size != 1 && size != target[first + d]).Any()
                || (first == 0 && dims[0] != 1)
                || (isLifted && bias.Rank < target.Length && dims.Length == bias.Rank && dims[0] != 1))
            {
                return null;
            }
        }

        // Only the dimension of batch and windows may be split in two.
        if (isLifted && (target.Length != shape.Length + 1 || target[0] != 1 || !target[1..].SequenceEqual(shape)))
        {
            return null;
        }

        var (q, k) = (node.Inputs[0], node.Inputs[1]);
        (q, scale) = Unscaled(graph, q, scale);
        (k, scale) = Unscaled(graph, k, scale);
        if (graph.ShapeOf(q).IsDefaultOrEmpty
            || graph.ShapeOf(k).IsDefaultOrEmpty
            || graph.ShapeOf(q).Length != graph.ShapeOf(k).Length
            || graph.Constant(q) is not null || graph.Constant(k) is not null)
        {
            return null;
        }

        return new(
            q,
            k,
            node.Is("MatMul"),
            scale,
            shape,
            target,
            [.. biases.Select(bias => bias with { Rank = target.Length })]);
    }

    private static (string Value, double Scale) Unscaled(OnnxGraph graph, string value, double scale)
    {
        while (graph.Maker(value) is { } node && Factor(graph, node) is var (inner, factor))
        {
            (value, scale) = (inner, scale * factor);
        }

        return (value, scale);
    }

    private static (string Value, double Factor)? Factor(OnnxGraph graph, OnnxNode node)
    {
        if (node.Is("Div"))
        {
            return graph.Scalar(node.Inputs[1]) is { } divisor && divisor != 0 ? (node.Inputs[0], 1 / divisor) : null;
        }

        return node.Is("Mul")
            && graph.BesideConstant(node) is var (value, constant)
            && graph.Scalar(constant) is { } factor
            ? (value, factor)
            : null;
    }
}
