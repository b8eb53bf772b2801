using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Images [N, C, H, W] and volumes [N, C, D, H, W]. Values of fewer dimensions are treated as images: sequences [N, C,
/// L] have height 1.
/// </summary>
internal static class Images
{
    public static ImmutableArray<long> Shape(NodeImport node, ImmutableArray<long> shape) => shape.Length switch
    {
        4 or 5 => shape,
        3 => shape.Insert(2, 1),
        2 => [.. shape, 1, 1],
        _ =>
            throw node.Error(
                $"{NodeShapes.Show(shape)} has {shape.Length} dimensions, and sequences [N, C, L], images [N, C, "
                + "H, W] and volumes [N, C, D, H, W] are supported"),
    };

    public static Value Of(NodeImport node, Value x) => node.ShapeOf(x) is { Length: 4 or 5 }
        ? x
        : node.Builder.Reshape(node.Part("image"), x, Shape(node, node.ShapeOf(x)).AsSpan());

    /// <summary>Converts the image that a node computes back to the rank of ONNX's output.</summary>
    public static Value Back(NodeImport node, Func<string, Value> make)
    {
        var shape = node.Graph.ShapeOf(node.Node.Output);
        return shape.Length is 4 or 5
            ? make(node.Name)
            : node.Builder.Reshape(node.Name, make(node.Part("result")), shape.AsSpan());
    }

    /// <summary>Height and width of an image; a sequence has only a width.</summary>
    public static Pair Pair(long[] numbers, int otherwise = 1) => numbers switch
    {
        [var height, var width] => new((int)height, (int)width),
        [var length] => new(otherwise, (int)length),
        _ => throw new ArgumentException("Two numbers or one.", nameof(numbers)),
    };

    /// <summary>Depth, height and width of a volume.</summary>
    public static Triple Triple(long[] numbers) => new((int)numbers[0], (int)numbers[1], (int)numbers[2]);

    /// <summary>Pads an image or a volume.</summary>
    public static Value Pad(NodeImport node, Value x, long[] before, long[] after, double value = 0) =>
        before.Length == 3
            ? node.Builder.Pad3d(node.Part("pad"), x, Triple(before), Triple(after), value: value)
            : node.Builder.Pad2d(
                node.Part("pad"), x, Pair(before, otherwise: 0), Pair(after, otherwise: 0), value: value);

    /// <summary>
    /// Pads an image explicitly if the window's padding is uneven or not allowed in libtorch. The window's padding is
    /// then 0.
    /// </summary>
    public static Value Padded(
        NodeImport node, Value x, ref WindowAttributes window, double value = 0, bool isPool = false)
    {
        // libtorch's pools pad by at most half of the window.
        var kernel = window.Kernel;
        if (window.IsSymmetric && window.Before.All(size => size >= 0)
            && (!isPool || window.Before.Select((size, dimension) => 2 * size <= kernel[dimension]).All(fits => fits)))
        {
            return x;
        }

        var (before, after) = (window.Before, window.After);
        window = window with { Before = new long[before.Length], After = new long[after.Length] };
        return Pad(node, x, before, after, value);
    }
}
