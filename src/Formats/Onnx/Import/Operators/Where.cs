using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// A choice between two values by a known mask: each times 1 or 0, and their sum. A constant is chosen from at once.
/// </summary>
internal static class Where
{
    public static void Import(NodeImport node)
    {
        var mask = node.Constant(0);
        var computed = node.IsConstant(1) ? node.Any(2) : node.Any(1);
        Value? chosen = null;
        foreach (var (input, isChosen) in new[] { (1, true), (2, false) })
        {
            var part = isChosen ? "where" : "elsewhere";
            var taken = Array.ConvertAll(mask.Integers, bit => (bit != 0) == isChosen);
            Value? value = node.IsConstant(input)
                ? Constant(node, part, mask.Shape, taken, node.Constant(input), computed)
                : Masked(node, part, mask.Shape, taken, node.Any(input));
            chosen = chosen is { } first && value is { } second
                ? node.Builder.Add(node.Name, first, second)
                : chosen ?? value;
        }

        node.Output(computed with { Value = chosen ?? throw node.Error("it chooses nothing") });
    }

    private static Value Masked(NodeImport node, string part, ImmutableArray<long> shape, bool[] taken, Imported value)
    {
        var numbers = Array.ConvertAll(taken, one => one ? 1f : 0f);
        var factor = Buffer(node, $"{part}_mask", OnnxTensor.OfFloats(shape, () => numbers), value);
        return node.Builder.Multiply(node.Part(part), value.Value, factor);
    }

    // Null if the constant is 0 wherever it is taken.
    private static Value? Constant(
        NodeImport node, string part, ImmutableArray<long> shape, bool[] taken, OnnxTensor constant, Imported like)
    {
        if (!constant.IsScalar)
        {
            throw node.Error("it chooses between a computed value and a constant of several numbers: one is read");
        }

        var number = constant.Floats[0];
        var numbers = Array.ConvertAll(taken, one => one ? number : 0f);
        return number == 0 ? null : Buffer(node, $"{part}_constant", OnnxTensor.OfFloats(shape, () => numbers), like);
    }

    private static Value Buffer(NodeImport node, string part, OnnxTensor constant, Imported like) =>
        node.ParameterValue(node.Part(part), constant, Arithmetic.Ordered(node, constant, like));
}
