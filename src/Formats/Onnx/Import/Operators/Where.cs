using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Where. With a constant mask it becomes the sum of both values times 0 or 1; constants are selected at import.
/// </summary>
internal static class Where
{
    public static void Import(NodeImport node)
    {
        if (!node.IsConstant(0) || Enumerable.Range(1, 2).Any(input => node.IsConstant(input)
            && (!node.Constant(input).IsScalar || !float.IsFinite(node.Constant(input).Floats[0]))))
        {
            ByValue(node);
            return;
        }

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

    // A single number becomes an attribute; infinities become the largest finite float.
    private static void ByValue(NodeImport node)
    {
        var like = node.Any(Enumerable.Range(0, 3).First(input => !node.IsConstant(input)));
        double? NumberOf(int input) => node.IsConstant(input) && node.Constant(input) is { IsScalar: true } constant
            ? Math.Clamp(constant.Numbers[0], float.MinValue, float.MaxValue)
            : null;
        var (one, other) = (NumberOf(1), NumberOf(2));
        var condition = Operands.Of(node, 0, like);
        var values = new List<Value> { condition.Value };
        foreach (var (input, part) in new[] { (1, "where"), (2, "elsewhere") })
        {
            if ((input == 1 ? one : other) is null)
            {
                var value = node.IsConstant(input)
                    ? like with { Value = Learned(node, part, node.Constant(input), like) }
                    : node.Any(input);
                values.Add(Arithmetic.SameRank(node, condition, value).B.Value);
            }
        }

        node.Output(like with
        {
            Value = node.Builder.Add(node.Name, new Graphs.Operators.Where(one, other), [.. values], []),
        });
    }

    private static Value Masked(NodeImport node, string part, ImmutableArray<long> shape, bool[] taken, Imported value)
    {
        var numbers = Array.ConvertAll(taken, one => one ? 1f : 0f);
        var factor = Learned(node, $"{part}_mask", OnnxTensor.OfFloats(shape, () => numbers), value);
        return node.Builder.Multiply(node.Part(part), value.Value, factor);
    }

    // Null if the constant is 0 wherever it is selected.
    private static Value? Constant(
        NodeImport node, string part, ImmutableArray<long> shape, bool[] taken, OnnxTensor constant, Imported like)
    {
        var number = constant.Floats[0];
        var numbers = Array.ConvertAll(taken, one => one ? number : 0f);
        return number == 0 ? null : Learned(node, $"{part}_constant", OnnxTensor.OfFloats(shape, () => numbers), like);
    }

    // Named constants are trained.
    private static Value Learned(NodeImport node, string part, OnnxTensor constant, Imported like) =>
        node.ParameterValue(node.Part(part), constant, Arithmetic.Ordered(node, constant, like));
}
