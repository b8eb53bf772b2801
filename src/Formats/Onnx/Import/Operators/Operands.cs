using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>What operators on several values read: computed values, and constants as values beside them.</summary>
internal static class Operands
{
    /// <summary>Two values that meet in the same dimensions. One of them is computed; a constant is a buffer.</summary>
    public static (Imported A, Imported B) Pair(NodeImport node)
    {
        var like = node.Any(node.IsConstant(0) ? 1 : 0);
        return Arithmetic.SameRank(node, Of(node, 0, like), Of(node, 1, like));
    }

    /// <summary>An input as a value that meets another one; of a constant nothing is trained.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">Which input.</param>
    /// <param name="like">A computed value.</param>
    public static Imported Of(NodeImport node, int input, Imported like) => node.IsConstant(input)
        ? like with { Value = Buffer(node, $"constant_{input}", node.Constant(input), like) }
        : node.Any(input);

    /// <summary>A constant that is not trained as a value that meets another one.</summary>
    public static Value Buffer(NodeImport node, string part, OnnxTensor constant, Imported like) =>
        node.ParameterValue(node.Part(part), constant.Named(null), Arithmetic.Ordered(node, constant, like));

    /// <summary>Numbers that are the same for each sample as a value; its shape is ONNX's.</summary>
    public static Value Numbers(
        NodeImport node, string part, ReadOnlySpan<long> shape, IEnumerable<double> numbers, Imported like) =>
        Buffer(node, part, OnnxTensor.Of(OnnxKind.Float, [.. shape], [.. numbers]), like);
}
