using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Shapes;

/// <summary>Attributes of convolutions and pools, with one number per spatial dimension.</summary>
internal sealed record WindowAttributes(
    long[] Kernel, long[] Strides, long[] Dilations, long[] Before, long[] After, bool Ceil)
{
    private const long Highest = 1 << 20;

    /// <summary>Whether padding before and after the image is equal.</summary>
    public bool IsSymmetric => Before.SequenceEqual(After);

    /// <param name="node">A convolution or a pool; automatic padding is resolved.</param>
    /// <param name="kernel">The kernel size, if a weight gives it.</param>
    public static WindowAttributes Of(NodeArguments node, long[]? kernel = null)
    {
        var spatial = node.Rank() - 2;
        var stated = node.Node.Ints("kernel_shape");
        var window = kernel ?? stated ?? throw node.Error("it has no kernel_shape");
        if (kernel is not null && stated?.SequenceEqual(kernel) == false)
        {
            throw node.Error(
                $"its kernel_shape [{string.Join(", ", stated)}] is not that of its weight, "
                + $"[{string.Join(", ", kernel)}]");
        }

        var ones = Enumerable.Repeat(1L, Math.Max(spatial, 0)).ToArray();
        var strides = node.Node.Ints("strides") ?? ones;
        var dilations = node.Node.Ints("dilations") ?? ones;
        var pads = node.Node.Ints("pads") ?? new long[2 * Math.Max(spatial, 0)];
        if (spatial < 1
            || window.Length != spatial
            || strides.Length != spatial
            || dilations.Length != spatial
            || pads.Length != 2 * spatial
            || window.Concat(strides).Concat(dilations).Any(number => number is < 1 or > Highest)
            || pads.Any(number => Math.Abs(number) > Highest))
        {
            throw node.Error($"its kernel, strides, dilations or pads do not fit an input of {node.Rank()} dimensions");
        }

        var attributes = new WindowAttributes(
            window, strides, dilations, pads[..spatial], pads[spatial..], node.Node.Int("ceil_mode", 0) != 0);
        return node.Node.Text("auto_pad", "NOTSET") switch
        {
            "NOTSET" or "" => attributes,
            "VALID" => attributes with { Before = new long[spatial], After = new long[spatial] },
            "SAME_UPPER" => attributes.Same(node.Shape(0), moreAfter: true),
            "SAME_LOWER" => attributes.Same(node.Shape(0), moreAfter: false),
            var other => throw node.Error($"auto_pad '{other}' is not known"),
        };
    }

    /// <summary>The number of positions of the window in each spatial dimension.</summary>
    public ImmutableArray<long> Positions(NodeArguments node)
    {
        var shape = node.Shape(0);
        var positions = Kernel.Select((kernel, dimension) =>
        {
            var padded = shape[dimension + 2] + Before[dimension] + After[dimension];
            var last = padded - Dilations[dimension] * (kernel - 1) - 1;
            var count = last < 0 ? 0 : (last + (Ceil ? Strides[dimension] - 1 : 0)) / Strides[dimension] + 1;

            // A window that begins after the image and its leading padding is dropped, as in PyTorch and newer opsets.
            return Ceil && (count - 1) * Strides[dimension] >= shape[dimension + 2] + Before[dimension]
                ? count - 1
                : count;
        });
        ImmutableArray<long> result = [.. positions];
        return result.All(count => count > 0)
            ? result
            : throw node.Error($"its kernel is larger than its input [{string.Join(", ", shape)}]");
    }

    private WindowAttributes Same(ImmutableArray<long> shape, bool moreAfter)
    {
        long[] totals = [.. Kernel.Select((kernel, dimension) =>
        {
            var size = shape[dimension + 2];
            var positions = (size + Strides[dimension] - 1) / Strides[dimension];
            return Math.Max(0, (positions - 1) * Strides[dimension] + Dilations[dimension] * (kernel - 1) + 1 - size);
        })];
        long[] less = [.. totals.Select(total => total / 2)];
        long[] more = [.. totals.Select((total, dimension) => total - less[dimension])];
        return moreAfter ? this with { Before = less, After = more } : this with { Before = more, After = less };
    }
}
