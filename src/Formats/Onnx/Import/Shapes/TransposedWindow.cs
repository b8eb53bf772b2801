using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>The window of a transposed convolution. A stated output size becomes padding or output padding.</summary>
/// <param name="Window">Kernel, strides, dilations and pads.</param>
/// <param name="More">The output padding of each spatial dimension.</param>
internal sealed record TransposedWindow(WindowAttributes Window, long[] More)
{
    public static TransposedWindow Of(NodeArguments node)
    {
        var (input, weight) = (node.Shape(0), node.Shape(1));
        if (weight.Length != input.Length || input.Length < 3)
        {
            throw node.Error($"weight [{string.Join(", ", weight)}] does not fit input [{string.Join(", ", input)}]");
        }

        var window = WindowAttributes.Of(node, [.. weight[2..]]);
        var more = node.Node.Ints("output_padding") ?? new long[window.Kernel.Length];
        if (more.Length != window.Kernel.Length)
        {
            throw node.Error("output_padding has not one number a spatial dimension");
        }

        return Stated(node, input, window) is { } sizes
            ? new TransposedWindow(window with { Before = new long[more.Length], After = new long[more.Length] }, more)
                .For(node, sizes)
            : new(window, more);
    }

    /// <summary>The sizes of the output in the spatial dimensions.</summary>
    public ImmutableArray<long> Sizes(NodeArguments node)
    {
        var input = node.Shape(0);
        return
        [
            .. More.Select((more, dimension) =>
                checked((input[dimension + 2] - 1) * Window.Strides[dimension]
                - Window.Before[dimension]
                - Window.After[dimension]
                + Window.Dilations[dimension] * (Window.Kernel[dimension] - 1) + more + 1)),
        ];
    }

    private static long[]? Stated(NodeArguments node, ImmutableArray<long> input, WindowAttributes window)
    {
        var spatial = window.Kernel.Length;
        var isSame = node.Node.Text("auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal);
        return node.Node.Ints("output_shape") is { } stated
            ? stated.Length >= spatial ? stated[^spatial..]
            : throw node.Error("output_shape has not one number a spatial dimension")
            : isSame ? [.. window.Strides.Select((stride, dimension) => input[dimension + 2] * stride)]
            : null;
    }

    // Excess positions become padding; an odd one goes after the image for SAME_UPPER, else before. Missing positions
    // become output padding.
    private TransposedWindow For(NodeArguments node, long[] sizes)
    {
        var surplus = Sizes(node).Zip(sizes, (size, stated) => size - stated).ToArray();
        if (!node.Node.Has("output_shape") && surplus.Any(total => total < 0))
        {
            throw node.Node.Unread(
                "its window is smaller than its stride, for which ONNX and its runtimes compute different sizes: "
                + "export it with output_padding");
        }

        var isUpper = node.Node.Text("auto_pad", "NOTSET") == "SAME_UPPER";
        long[] less = [.. surplus.Select(total => Math.Max(total, 0) / 2)];
        long[] rest = [.. surplus.Select((total, dimension) => Math.Max(total, 0) - less[dimension])];
        return new(
            isUpper ? Window with { Before = less, After = rest } : Window with { Before = rest, After = less },
            [.. More.Select((more, dimension) => more + Math.Max(-surplus[dimension], 0))]);
    }
}
