using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Folding;

/// <summary>Reductions of constants.</summary>
internal static class Reductions
{
    /// <summary>The output, of a given shape; null for other operators.</summary>
    public static OnnxTensor? Fold(NodeArguments node, OnnxTensor input, ImmutableArray<long> shape)
    {
        (double Start, Func<double, double, double> Join)? reduction = node.Node.Type switch
        {
            "ReduceProd" => (1, (product, number) => product * number),
            "ReduceSum" or "ReduceMean" => (0, (sum, number) => sum + number),
            "ReduceMax" => (double.NegativeInfinity, Math.Max),
            "ReduceMin" => (double.PositiveInfinity, Math.Min),
            _ => null,
        };
        if (reduction is not { } found || input.Count == 0)
        {
            return null;
        }

        FoldingLimit.Require(node, shape);
        var axes = Shapes.ReductionShapes.Axes(node, input.Shape.Length);
        ImmutableArray<long> kept = [.. input.Shape.Select((size, dimension) => axes.Contains(dimension) ? 1 : size)];
        var output = new double[OnnxTensor.CountOf(kept)];
        Array.Fill(output, found.Start);
        var places = Arrays.Places(input.Shape, Arrays.BroadcastStrides(kept, input.Shape));
        foreach (var (place, number) in places.Zip(input.Numbers))
        {
            output[place] = found.Join(output[place], number);
        }

        if (node.Node.Type == "ReduceMean")
        {
            var count = input.Count / output.Length;
            output = Array.ConvertAll(output, sum => sum / count);
        }

        return OnnxTensor.Of(input.Kind, shape, output);
    }
}
