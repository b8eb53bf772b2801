using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>The output shape of Einsum, for equations with an arrow and without "...".</summary>
internal static class EinsumShapes
{
    public static ImmutableArray<long> Infer(NodeArguments node)
    {
        var equation = node.Node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        if (equation.Split("->") is not [var left, var result]
            || left.Split(',') is not { } terms
            || terms.Length != node.InputCount
            || equation.Contains('.', StringComparison.Ordinal))
        {
            throw node.Error($"its equation '{equation}' is not supported: state every dimension and the result");
        }

        var sizes = new Dictionary<char, long>();
        for (var input = 0; input < terms.Length; input++)
        {
            var shape = node.Shape(input);
            if (terms[input].Length != shape.Length)
            {
                throw node.Error($"its equation '{equation}' does not fit input {input}");
            }

            for (var dimension = 0; dimension < shape.Length; dimension++)
            {
                if (sizes.TryGetValue(terms[input][dimension], out var size) && size != shape[dimension])
                {
                    throw node.Error($"its equation '{equation}' gives '{terms[input][dimension]}' two sizes");
                }

                sizes[terms[input][dimension]] = shape[dimension];
            }
        }

        return [.. result.Select(letter => sizes.TryGetValue(letter, out var size)
            ? size
            : throw node.Error($"its equation '{equation}' has a result of which no input knows '{letter}'"))];
    }
}
