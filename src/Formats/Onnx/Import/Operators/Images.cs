using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>
/// Values of fewer dimensions than an image [N, C, H, W], seen as one: sequences [N, C, L] have height 1.
/// </summary>
internal static class Images
{
    public static ImmutableArray<long> Shape(NodeImport node, ImmutableArray<long> shape) => shape.Length switch
    {
        4 => shape,
        3 => shape.Insert(2, 1),
        2 => [.. shape, 1, 1],
        _ =>
            throw node.Error(
                $"{NodeShapes.Show(shape)} has {shape.Length} dimensions, and images [N, C, H, W] or sequences [N, C, "
                + "L] are read"),
    };

    public static Value Of(NodeImport node, Value x) => node.ShapeOf(x) is { Length: 4 }
        ? x
        : node.Builder.Reshape(node.Part("image"), x, Shape(node, node.ShapeOf(x)).AsSpan());

    /// <summary>The value that ONNX's output is, of a node that makes an image.</summary>
    public static Value Back(NodeImport node, Func<string, Value> make)
    {
        var shape = node.Graph.ShapeOf(node.Node.Output);
        return shape.Length == 4
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

        var (before, after) = (Pair(window.Before, otherwise: 0), Pair(window.After, otherwise: 0));
        window = window with { Before = new long[window.Before.Length], After = new long[window.After.Length] };
        return node.Builder.Pad2d(node.Part("pad"), x, before, after, value: value);
    }
}
