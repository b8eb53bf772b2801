using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Folding;

namespace Ocs.Formats.Onnx.Import.Patterns;

/// <summary>An Einsum of two values that is a matrix product -> MatMul between Transposes and Reshapes.</summary>
internal static class Einsums
{
    public static void Apply(OnnxGraph graph)
    {
        foreach (var einsum in graph.Nodes.Where(node => node.Is("Einsum")).ToArray())
        {
            var equation = einsum.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
            if (equation.Split("->") is [var inputs, var result] && inputs.Split(',') is [var left, var right]
                && Letters.Of(left, right, result) is { } letters)
            {
                Rewrite(graph, einsum, letters, left, right, result);
            }
        }
    }

    private static void Rewrite(
        OnnxGraph graph, OnnxNode einsum, Letters letters, string left, string right, string result)
    {
        var (batch, rows, inner, columns) = letters;
        var sizes = new Dictionary<char, long>();
        foreach (var (term, value) in new[] { (left, einsum.Inputs[0]), (right, einsum.Inputs[1]) })
        {
            foreach (var (letter, size) in term.Zip(graph.ShapeOf(value)))
            {
                sizes[letter] = size;
            }
        }

        long CountOf(string text) => text.Aggregate(1L, (product, letter) => product * sizes[letter]);
        ImmutableArray<long> first = [.. batch.Select(letter => sizes[letter])];
        var a = Matrices(
            graph, einsum, "left", einsum.Inputs[0], left, batch + rows + inner,
            [.. first, CountOf(rows), CountOf(inner)]);
        var b = Matrices(
            graph, einsum, "right", einsum.Inputs[1], right, batch + inner + columns,
            [.. first, CountOf(inner), CountOf(columns)]);
        var product = graph.Emit(
            einsum, "product", "MatMul", [a, b], [.. first, CountOf(rows), CountOf(columns)]);
        var made = batch + rows + columns;
        product = Shaped(graph, einsum, "parts", product, [.. made.Select(letter => sizes[letter])]);
        product = Ordered(graph, einsum, "result", product, made, result);
        graph.Redirect(einsum.Output, product);
        graph.Remove(einsum);
    }

    private static string Matrices(
        OnnxGraph graph, OnnxNode einsum, string part, string value, string from, string to, ImmutableArray<long> shape)
    {
        if (graph.Constant(value) is not { } constant)
        {
            return Shaped(graph, einsum, $"{part}_matrix", Ordered(graph, einsum, part, value, from, to), shape);
        }

        var name = graph.FreshName($"{einsum.Name}/{part}");
        var strides = Arrays.Strides(constant.Shape);
        var (numbers, permuted) = (constant.Floats, to.Select(letter => strides[from.IndexOf(letter)]).ToArray());
        ImmutableArray<long> sizes = [.. to.Select(letter => constant.Shape[from.IndexOf(letter)])];
        graph.Constants[name] = from == to
            ? constant.Reshaped(shape)
            : OnnxTensor.OfFloats(
                shape, () => [.. Arrays.Places(sizes, permuted).Select(place => numbers[place])]);
        return name;
    }

    private static string Shaped(
        OnnxGraph graph, OnnxNode einsum, string part, string value, ImmutableArray<long> shape) =>
        graph.ShapeOf(value).SequenceEqual(shape) ? value : graph.EmitReshape(einsum, part, value, shape);

    private static string Ordered(
        OnnxGraph graph, OnnxNode einsum, string part, string value, string from, string to) =>
        from == to
            ? value
            : graph.EmitTranspose(einsum, part, value, [.. to.Select(letter => from.IndexOf(letter))]);

    // Letters of batch dimensions, of the left operand only, of the summed dimensions, and of the right operand only.
    private sealed record Letters(string Batch, string Rows, string Inner, string Columns)
    {
        public static Letters? Of(string left, string right, string result)
        {
            bool IsPlain(string term) => term.All(char.IsLetter) && term.Distinct().Count() == term.Length;
            string Those(string of, Func<char, bool> are) => string.Concat(of.Where(are));
            var summed = left.Concat(right).Where(letter => !result.Contains(letter)).ToList();
            return IsPlain(left) && IsPlain(right) && IsPlain(result)
                && summed.All(letter => left.Contains(letter) && right.Contains(letter))
                ? new(
                    Those(result, letter => left.Contains(letter) && right.Contains(letter)),
                    Those(left, letter => !right.Contains(letter)),
                    Those(left, letter => right.Contains(letter) && !result.Contains(letter)),
                    Those(right, letter => !left.Contains(letter)))
                : null;
        }
    }
}
