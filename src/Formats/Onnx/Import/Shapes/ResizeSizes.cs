using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>The size that a Resize or Upsample asks for, by scales or by sizes.</summary>
internal static class ResizeSizes
{
    private const long Highest = 1 << 20;

    public static ImmutableArray<long> Of(NodeArguments node)
    {
        var input = node.Shape(0);
        var axes = node.Node.Ints("axes") is { } stated
            ? [.. stated.Select(axis => node.Normal(axis, input.Length))]
            : Enumerable.Range(0, input.Length).ToArray();
        var isOld = node.Node.Type == "Upsample" || node.Graph.Opset < 11;
        var scales = node.Node.Floats("scales") ?? node.Constant(isOld ? 1 : 2)?.Floats ?? [];
        var sizes = isOld ? [] : node.Constant(3)?.Integers ?? [];
        if (node.Node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
        {
            throw node.Error("it keeps an aspect ratio, which is not read: state both sizes");
        }

        double[] target = sizes.Length == axes.Length ? [.. sizes.Select(size => (double)size)]
            : scales.Length == axes.Length ? [.. axes.Select((axis, index) => Math.Floor(input[axis] * (double)scales[index]))]
            : throw node.Error("it has neither a scale nor a size for each dimension");
        return target.All(size => size is >= 1 and <= Highest)
            ? axes.Select((axis, index) => (axis, (long)target[index])).Aggregate(input, (shape, size) => shape.SetItem(size.axis, size.Item2))
            : throw node.Error("it asks for a size that no image has");
    }
}
