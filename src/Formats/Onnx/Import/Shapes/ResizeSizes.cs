using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>The output size of a Resize or Upsample, from its scales or sizes.</summary>
internal static class ResizeSizes
{
    private const long Highest = 1 << 20;
    private const double Tolerance = 1e-3;

    public static ImmutableArray<long> Of(NodeArguments node)
    {
        var input = node.Shape(0);
        var (axes, scales, sizes) = Stated(node);
        if (node.Node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
        {
            throw node.Error("it keeps an aspect ratio, which is not supported: state both sizes");
        }

        double[] target = sizes.Length == axes.Length ? [.. sizes.Select(size => (double)size)]
            : scales.Length == axes.Length
                ? [.. axes.Select((axis, index) => Whole(input[axis] * (double)scales[index]))]
            : throw node.Error("it has neither a scale nor a size for each dimension");
        return target.All(size => size is >= 1 and <= Highest)
            ? axes
                .Select((axis, index) => (axis, (long)target[index]))
                .Aggregate(input, (shape, size) => shape.SetItem(size.axis, size.Item2))
            : throw node.Error("it asks for an impossible size");
    }

    /// <summary>
    /// The scale of a dimension: the ratio of the sizes, or a stated scale that leaves part of a position.
    /// </summary>
    public static double Scale(NodeArguments node, int dimension, long from, long to)
    {
        var (axes, scales, sizes) = Stated(node);
        var index = Array.IndexOf(axes, dimension);
        var isStated = index >= 0
            && sizes.Length != axes.Length
            && Math.Abs(from * (double)scales[index] - to) >= Tolerance;
        return isStated ? scales[index] : (double)to / from;
    }

    private static (int[] Axes, float[] Scales, long[] Sizes) Stated(NodeArguments node)
    {
        var rank = node.Rank();
        var axes = node.Node.Ints("axes") is { } stated
            ? [.. stated.Select(axis => node.Normal(axis, rank))]
            : Enumerable.Range(0, rank).ToArray();
        var isOld = node.Node.Type == "Upsample" || node.Graph.Opset < 11;
        return (
            axes,
            node.Node.Floats("scales") ?? node.Constant(isOld ? 1 : 2)?.Floats ?? [],
            isOld ? [] : node.Constant(3)?.Integers ?? []);
    }

    // Drops the fraction of a position.
    private static double Whole(double size) =>
        Math.Abs(size - Math.Round(size)) < Tolerance ? Math.Round(size) : Math.Floor(size);
}
