using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Reductions of constants.</summary>
internal static class Reductions
{
    /// <summary>The output, of a given shape, or null for operators that are not computed here.</summary>
    public static OnnxTensor? Fold(NodeArguments node, OnnxTensor input, ImmutableArray<long> shape)
    {
        Func<IEnumerable<double>, double>? reduce = node.Node.Type switch
        {
            "ReduceProd" => numbers => numbers.Aggregate(1.0, (product, number) => product * number),
            "ReduceSum" => numbers => numbers.Sum(),
            "ReduceMean" => numbers => numbers.Average(),
            "ReduceMax" => numbers => numbers.Max(),
            "ReduceMin" => numbers => numbers.Min(),
            _ => null,
        };
        if (reduce is null || input.Count == 0)
        {
            return null;
        }

        var axes = Shapes.ReductionShapes.Axes(node, input.Shape.Length);
        ImmutableArray<long> kept = [.. input.Shape.Select((size, dimension) => axes.Contains(dimension) ? 1 : size)];
        var places = Arrays.Places(input.Shape, Arrays.BroadcastStrides(kept, input.Shape));
        var groups = input.Numbers.Zip(places).GroupBy(pair => pair.Second, pair => pair.First).OrderBy(group => group.Key);
        return OnnxTensor.Of(input.Kind, shape, [.. groups.Select(group => reduce(group))]);
    }
}
