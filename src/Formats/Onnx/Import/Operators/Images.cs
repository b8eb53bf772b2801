using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Images [N, C, H, W] and volumes [N, C, D, H, W]. Values of fewer dimensions are seen as images: sequences [N, C, L]
/// have height 1.
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
                + "H, W] and volumes [N, C, D, H, W] are read"),
    };

    public static Value Of(NodeImport node, Value x) => node.ShapeOf(x) is { Length: 4 or 5 }
        ? x
        : node.Builder.Reshape(node.Part("image"), x, Shape(node, node.ShapeOf(x)).AsSpan());

    /// <summary>The value that ONNX's output is, of a node that makes an image.</summary>
    public static Value Back(NodeImport node, Func<string, Value> make)
    {
        var shape = node.Graph.ShapeOf(node.Node.Output);
        return shape.Length is 4 or 5
            ? make(node.Name)
            : node.Builder.Reshape(node.Name, make(node.Part("result")), shape.AsSpan());
    }

    /// <summary>One number for height and width of an image, where a sequence has only one.</summary>
    public static Pair Pair(long[] numbers, int otherwise = 1) => numbers switch
    {
        [var height, var width] => new((int)height, (int)width),
        [var length] => new(otherwise, (int)length),
        _ => throw new ArgumentException("Two numbers or one.", nameof(numbers)),
    };

    /// <summary>A number for depth, height and width.</summary>
    public static Triple Triple(long[] numbers) => new((int)numbers[0], (int)numbers[1], (int)numbers[2]);

    /// <summary>A border around an image or a volume.</summary>
    public static Value Pad(NodeImport node, Value x, long[] before, long[] after, double value = 0) =>
        before.Length == 3
            ? node.Builder.Pad3d(node.Part("pad"), x, Triple(before), Triple(after), value: value)
            : node.Builder.Pad2d(
                node.Part("pad"), x, Pair(before, otherwise: 0), Pair(after, otherwise: 0), value: value);

    /// <summary>
    /// An image with a border where a window wants more of it on one side; what is left is the same on both.
    /// </summary>
    public static Value Padded(
        NodeImport node, Value x, ref WindowAttributes window, double value = 0, bool isPool = false)
    {
        // libtorch's pools pad by half of their window at most.
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
