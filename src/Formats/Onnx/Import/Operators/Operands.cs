using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>The operands of operators with several inputs: computed values, and constants as values.</summary>
internal static class Operands
{
    /// <summary>Two values with the same dimensions. One of them is computed; a constant becomes a buffer.</summary>
    public static (Imported A, Imported B) Pair(NodeImport node)
    {
        var like = node.Any(node.IsConstant(0) ? 1 : 0);
        return Arithmetic.SameRank(node, Of(node, 0, like), Of(node, 1, like));
    }

    /// <summary>An input as a value with the dimensions of another. A constant becomes a buffer.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">Which input.</param>
    /// <param name="like">A computed value.</param>
    public static Imported Of(NodeImport node, int input, Imported like) => node.IsConstant(input)
        ? like with { Value = Buffer(node, $"constant_{input}", node.Constant(input), like) }
        : node.Any(input);

    /// <summary>A constant as a buffer with the dimensions of another value.</summary>
    public static Value Buffer(NodeImport node, string part, OnnxTensor constant, Imported like) =>
        node.ParameterValue(node.Part(part), constant.Named(null), Arithmetic.Ordered(node, constant, like));

    /// <summary>Numbers that are equal for all samples, as a value. The shape is ONNX's.</summary>
    public static Value Numbers(
        NodeImport node, string part, ReadOnlySpan<long> shape, IEnumerable<double> numbers, Imported like) =>
        Buffer(node, part, OnnxTensor.Of(OnnxKind.Float, [.. shape], [.. numbers]), like);
}
