using Ocs.Torch;

namespace Ocs.Benchmarks;

/// <summary>A convolution of square planes as after a cut, with its settings.</summary>
internal sealed record ConvolutionCase(
    string Kind, int Images, int Inputs, int Outputs, int Kernel, int Stride, int Dilation, int Groups, int Size,
    int Padding,
    int Threads, MemoryFormat Format, bool IsNarrow)
{
    /// <summary>The numbers of threads to try.</summary>
    public static readonly int[] AllThreads = [1, 2, 3, 5, 6, 8, 12, 16];

    private const int CasesOfKind = 256;
    private const long MostProducts = 20_000_000;
    private const string Point = "1x1, strides 2 to 4";
    private static readonly string[] Kinds =
    [
        "1x1, stride 1", Point, "1x1, strides, padded", "3x3, stride 1", "3x3, strides", "5x5 and 7x7", "dilated",
        "depthwise",
        "in groups", "transposed",
    ];

    public bool IsTransposed => Kind == "transposed";

    /// <summary>
    /// All cases, in a fixed order: random ones of each kind, and 1x1 with a stride of 2 in channels-last for all
    /// numbers of channels and threads, with batches that the threads divide and others.
    /// </summary>
    public static IReadOnlyList<ConvolutionCase> All()
    {
        var rng = new Rng(17);
        var drawn = Kinds.SelectMany(kind => Enumerable.Range(0, CasesOfKind).Select(_ => Draw(kind, rng)));
        var points =
            from threads in AllThreads
            from inputs in Enumerable.Range(1, 17)
            from images in new[] { threads * 4, 25 }
            from isNarrow in new[] { false, true }
            select new ConvolutionCase(
                Point, images, inputs, 24, 1, 2, 1, 1, 16, 0, threads, MemoryFormat.ChannelsLast, isNarrow);
        return [.. drawn, .. points];
    }

    /// <summary>
    /// The largest differences of output, input gradient and weight gradient from float64, relative to the largest
    /// number.
    /// </summary>
    public double[] Errors(bool own)
    {
        TorchRuntime.Threads = Threads;
        TorchRuntime.Seed(1);
        var dtype = IsNarrow ? DType.BFloat16 : DType.Float32;
        using var x = Draw([Images, Inputs, Size, Size], dtype);
        using var weight = Draw(
            IsTransposed
                ? [Inputs, Outputs / Groups, Kernel, Kernel]
                : [Outputs, Inputs / Groups, Kernel, Kernel],
            dtype);
        var (expected, slopes) = Results(x, weight, null, DType.Float64, MemoryFormat.Contiguous, own: false);
        using (slopes)
        {
            var (actual, _) = Results(x, weight, slopes, dtype, Format, own);
            return [.. expected.Zip(actual, Distance)];
        }
    }

    // Cuts leave few channels and odd numbers. A whole network has more pixels, but no other kind of sum.
    private static ConvolutionCase Draw(string kind, Rng rng)
    {
        int Any(params int[] values) => values[rng.Next(values.Length)];
        int Channels() => rng.Next(3) > 0 ? 1 + rng.Next(20) : Any(24, 31, 32, 33, 40, 47, 48, 63, 64, 70);
        var (inputs, outputs) = (Channels(), Channels());
        var groups = kind == "depthwise" ? inputs : kind == "in groups" ? Any(2, 3, 4) : 1;
        (inputs, outputs) = kind == "depthwise" ? (inputs, inputs * Any(1, 1, 2)) : (inputs * groups, outputs * groups);
        var kernel = kind.StartsWith("1x1", StringComparison.Ordinal) ? 1
            : kind.StartsWith("3x3", StringComparison.Ordinal) ? 3
            : kind == "5x5 and 7x7" ? Any(5, 7)
            : kind == "dilated" ? Any(3, 5)
            : Any(1, 3, 3, 5);
        var stride = kind is "1x1, stride 1" or "3x3, stride 1" ? 1
            : kind is Point or "1x1, strides, padded" or "3x3, strides" ? Any(2, 2, 3, 4)
            : Any(1, 2);
        var dilation = kind == "dilated" ? Any(2, 3) : 1;
        var padding = kind == "1x1, strides, padded" ? 1 : kind == "transposed" ? 0 : dilation * (kernel - 1) / 2;
        var size = Any(4, 7, 8, 9, 12, 14, 15, 16, 18, 24, 28, 32);
        var images = Any(1, 2, 3, 5, 7, 8, 12, 13, 16, 25, 32);
        var products = (long)images * size * size * inputs * outputs / groups * kernel * kernel / (stride * stride);
        return new(
            kind, products > MostProducts ? 3 : images, inputs, outputs, kernel, stride, dilation, groups, size,
            padding,
            AllThreads[rng.Next(AllThreads.Length)],
            rng.Next(3) > 0 ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous,
            rng.Next(3) == 0);
    }

    private static Tensor Draw(long[] shape, DType dtype)
    {
        using var drawn = Tensor.Empty(shape);
        Aten.NormalInPlace(drawn, 0, 1);
        return drawn.To(dtype);
    }

    private Tensor Convolve(Tensor input, Tensor kernel, bool own)
    {
        long[] stride = [Stride, Stride];
        long[] padding = [Padding, Padding];
        long[] dilation = [Dilation, Dilation];
        return own
            ? Aten.Conv2d(input, kernel, null, stride, padding, dilation, Groups)
            : Aten.Call("aten::conv2d", "", input, kernel, OperatorArgument.None, stride, padding, dilation, Groups)[0];
    }

    // The output gradient is drawn once, for the first of both.
    private (List<double[]> Results, Tensor? Slopes) Results(
        Tensor x, Tensor weight, Tensor? slopes, DType dtype, MemoryFormat format, bool own)
    {
        using var input = Leaf(x, dtype, format);
        using var kernel = Leaf(weight, dtype, format);
        using var y = IsTransposed
            ? Aten.ConvTranspose2d(
                input, kernel, null, [Stride, Stride], [Padding, Padding], [0, 0], Groups, [Dilation, Dilation])
            : Convolve(input, kernel, own);
        var drawn = slopes is null ? Draw(y.Shape.ToArray(), x.DType) : null;
        using var above = (slopes ?? drawn!).To(dtype);
        using (var product = Aten.Mul(y, above))
        using (var loss = Aten.Sum(product))
        {
            Autograd.Backward(loss);
        }

        using var ofInput = input.GetGradient()!;
        using var ofKernel = kernel.GetGradient()!;
        return ([.. new[] { y, ofInput, ofKernel }.Select(Values)], drawn);
    }

    private static Tensor Leaf(Tensor tensor, DType dtype, MemoryFormat format)
    {
        using var typed = tensor.To(dtype);
        using var ordered = typed.Contiguous(format);
        var leaf = ordered.Clone();
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static double[] Values(Tensor tensor)
    {
        using var detached = tensor.Detach();
        using var typed = detached.To(DType.Float64);
        return typed.ToArray<double>();
    }

    private static double Distance(double[] expected, double[] actual) =>
        expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)) is var far && double.IsNaN(far)
            ? double.PositiveInfinity
            : far / expected.Max(Math.Abs);
}
