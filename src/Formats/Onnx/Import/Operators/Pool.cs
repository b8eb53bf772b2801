using System.Collections.Immutable;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Shapes;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Import.Operators;

/// <summary>Max and average pooling.</summary>
internal static class Pool
{
    private const int OfVolumes = 3;

    public static void Max(NodeImport node)
    {
        if (node.Node.OutputOrNull(1) is not null)
        {
            throw node.Error("it also gives the indices of the maxima, which are not supported");
        }

        var window = WindowAttributes.Of(node.Arguments);
        var x = Images.Of(node, node.Input());
        window = WithCeil(node, window);
        x = Images.Padded(node, x, ref window, value: float.MinValue, isPool: true);
        Operator op = window.Kernel.Length == OfVolumes
            ? new MaxPool3d(
                Images.Triple(window.Kernel),
                Images.Triple(window.Strides),
                Images.Triple(window.Before),
                Images.Triple(window.Dilations),
                window.Ceil)
            : LargestOfImage(node, window);
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], [])));
    }

    private static MaxPool2d LargestOfImage(NodeImport node, WindowAttributes window) =>
        window.Dilations.Distinct().Count() > 1
            ? throw node.Error("its dilations for height and width differ")
            : new MaxPool2d(
                Images.Pair(window.Kernel),
                Images.Pair(window.Strides),
                Images.Pair(window.Before, otherwise: 0),
                window.Ceil,
                window.Kernel.Length == 1 && window.Kernel[0] == 1 ? 1 : (int)window.Dilations[0]);

    public static void Average(NodeImport node)
    {
        var countsPadding = node.Node.Int("count_include_pad", 0) != 0;
        var stated = WindowAttributes.Of(node.Arguments);

        // Our average pool never counts the overhang. So it becomes padding only if padding does not count.
        var window = countsPadding ? stated : WithCeil(node, stated);
        if (window.Dilations.Any(dilation => dilation != 1))
        {
            throw node.Error("its mean is over spread positions");
        }

        if (!countsPadding
            && !(window.IsSymmetric && window.Before.Zip(window.Kernel).All(sizes => 2 * sizes.First <= sizes.Second)))
        {
            MeanOfInside(node, stated);
            return;
        }

        var x = Images.Padded(node, Images.Of(node, node.Input()), ref window, isPool: true);
        var op = Means(window, countsPadding);
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], [])));
    }

    // For padding that does not count, but is uneven or more than half of a window: the mean with zeros, times the
    // window's size divided by the number of positions inside the image.
    private static void MeanOfInside(NodeImport node, WindowAttributes window)
    {
        var sizes = node.Arguments.Shape(0)[2..];
        var positions = FoldingLimit.Require(node.Arguments, window.Positions(node.Arguments));
        long[] after = [.. positions.Select((count, dimension) =>
            Math.Max(
                (count - 1) * window.Strides[dimension] + window.Kernel[dimension]
                    - sizes[dimension]
                    - window.Before[dimension],
                0))];
        var padded = Images.Pad(node, Images.Of(node, node.Input()), window.Before, after);
        var inside = window with { Before = new long[after.Length], Ceil = false };
        var means = node.Builder.Add(node.Part("mean"), Means(inside, countsPadding: true), [padded], []);
        double[][] factors =
        [
            .. positions.Select((count, dimension) => Factors(node, window, dimension, count, sizes[dimension])),
        ];
        ImmutableArray<long> shape = Images.Shape(node, [1, 1, .. positions]);
        double[] products = factors.Aggregate(
            (double[])[1], (before, next) => [.. before.SelectMany(one => next.Select(other => one * other))]);
        var factor = OnnxTensor.Of(OnnxKind.Float, shape, [.. products]);
        var constant = node.ParameterValue(node.Part("inside"), factor, factor.Shape);
        node.Output(Images.Back(node, name => node.Builder.Multiply(name, means, constant)));
    }

    private static Operator Means(WindowAttributes window, bool countsPadding) => window.Kernel.Length == OfVolumes
        ? new AveragePool3d(
            Images.Triple(window.Kernel),
            Images.Triple(window.Strides),
            Images.Triple(window.Before),
            window.Ceil,
            countsPadding)
        : new AveragePool2d(
            Images.Pair(window.Kernel),
            Images.Pair(window.Strides),
            Images.Pair(window.Before, otherwise: 0),
            window.Ceil,
            countsPadding);

    private static double[] Factors(NodeImport node, WindowAttributes window, int dimension, long count, long size) =>
    [
        .. Enumerable.Range(0, (int)count).Select(position =>
        {
            var (start, kernel) = (
                position * window.Strides[dimension] - window.Before[dimension], window.Kernel[dimension]);
            var inside = Math.Min(start + kernel, size) - Math.Max(start, 0);
            return inside > 0
                ? (double)kernel / inside
                : throw node.Error("a window of it has nothing but padding, which does not count");
        }),
    ];

    public static void Global(NodeImport node)
    {
        var x = Images.Of(node, node.Input());
        var isVolume = node.ShapeOf(x).Length == 2 + OfVolumes;
        Operator op = node.Node.Type == "GlobalMaxPool"
            ? isVolume ? new AdaptiveMaxPool3d(1) : new AdaptiveMaxPool2d(1)
            : isVolume ? new AdaptiveAveragePool3d(1) : new AdaptiveAveragePool2d(1);
        node.Output(Images.Back(node, name => node.Builder.Add(name, op, [x], [])));
    }

    // Writes overhanging windows as padding after the image, as exporters do.
    private static WindowAttributes WithCeil(NodeImport node, WindowAttributes window)
    {
        if (window.Ceil || window.IsSymmetric || window.Before.Zip(window.After).Any(pads => pads.First > pads.Second))
        {
            return window;
        }

        var ceil = window with { After = window.Before, Ceil = true };
        return ceil.Positions(node.Arguments).SequenceEqual(window.Positions(node.Arguments)) ? ceil : window;
    }
}
