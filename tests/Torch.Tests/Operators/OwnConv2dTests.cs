namespace Ocs.Torch.Tests.Operators;

/// <summary>The shim's own convolutions beside libtorch's in float64: values and gradients.</summary>
[NoTensorLeaks]
public sealed class OwnConv2dTests : IDisposable
{
    // One rounding to bf16 of each operand and of the result.
    private const double Bf16Rounding = 0.02;

    private readonly OwnKernels _own = TorchRuntime.OwnKernels;
    private readonly int _threads = TorchRuntime.Threads;

    public void Dispose() => (TorchRuntime.OwnKernels, TorchRuntime.Threads) = (_own, _threads);

    [Theory]
    [InlineData(4, 4, 3, 3, 1, 1, true)]
    [InlineData(4, 4, 3, 3, 1, 1, false)]
    [InlineData(2, 8, 3, 5, 1, 2, true)]
    [InlineData(3, 5, 2, 3, 0, 2, false)]
    [InlineData(1, 1, 3, 3, 1, 1, true)]
    [InlineData(2, 2, 3, 3, 2, 2, false)]
    public void In_bf16_over_few_pixels_they_are_libtorchs(
        int height, int width, int kernelHeight, int kernelWidth, int top, int left, bool hasBias)
    {
        TorchRuntime.Seed(7);
        using var x = Draw([3, 128, height, width]);
        using var weight = Draw([136, 128, kernelHeight, kernelWidth]);
        using var bias = hasBias ? Draw([136]) : null;

        var expected = Results(x, weight, bias, [top, left], DType.Float64);
        using var _ = Autocast.To(DType.BFloat16);
        var actual = Results(x, weight, bias, [top, left], DType.Float32);

        for (var i = 0; i < expected.Count; i++)
        {
            Tensors.AssertClose(expected[i], actual[i], Bf16Rounding);
        }
    }

    [Fact]
    public void Gradients_of_weights_are_wide_and_lie_as_the_weights()
    {
        using var x = Draw([2, 128, 4, 4]);
        using var weight = Draw([128, 128, 3, 3]);
        weight.RequiresGrad = true;
        using (Autocast.To(DType.BFloat16))
        {
            using var y = Aten.Conv2d(x, weight, null, [1, 1], [1, 1], [1, 1]);
            using var sum = Aten.Sum(y);
            Assert.Equal(DType.BFloat16, y.DType);
            Autograd.Backward(sum);
        }

        using var gradient = weight.GetGradient()!;
        Assert.Equal((DType.Float32, true), (gradient.DType, gradient.IsContiguous()));
    }

    // Whole and broken vectors of tiles in each way that they lie in a plane: 4 rows of 4, 2 rows of up to 8, strips of
    // up to 16 columns; more and fewer channels than blocks of 12 and squares of 4; batches that end within a block;
    // outputs too large for a cache.
    [OwnKernelsTheory]
    [InlineData(3, 5, 7, 8, 8)]
    [InlineData(5, 1, 1, 6, 8)]
    [InlineData(2, 16, 11, 16, 16)]
    [InlineData(2, 3, 5, 14, 14)]
    [InlineData(1, 2, 3, 10, 12)]
    [InlineData(3, 4, 13, 32, 32)]
    [InlineData(2, 3, 6, 28, 28)]
    [InlineData(1, 3, 2, 56, 56)]
    [InlineData(1, 2, 25, 2, 70)]
    [InlineData(40, 16, 16, 8, 8)]
    [InlineData(3, 5, 6, 7, 7)]
    [InlineData(2, 3, 5, 9, 8)]
    [InlineData(2, 4, 3, 5, 13)]
    [InlineData(2, 4, 3, 33, 33)]
    [InlineData(1, 2, 2, 1, 31)]
    [InlineData(19, 9, 10, 56, 64)]
    [InlineData(31, 3, 6, 47, 48)]
    [InlineData(61, 3, 19, 15, 16)]
    public void By_Winograd_they_round_as_little_as_libtorchs(
        int images, int inputs, int outputs, int height, int width) =>
        AssertAsFloat64(images, inputs, outputs, height, width, 3, 1);

    [OwnKernelsTheory]
    [InlineData(3, 5, 7, 32, 32, 3)]
    [InlineData(2, 16, 13, 16, 16, 3)]
    [InlineData(2, 3, 6, 28, 28, 3)]
    [InlineData(1, 2, 3, 10, 12, 3)]
    [InlineData(5, 1, 1, 6, 9, 3)]
    [InlineData(2, 3, 5, 15, 15, 3)]
    [InlineData(1, 2, 26, 33, 33, 3)]
    [InlineData(1, 2, 3, 57, 71, 3)]
    [InlineData(33, 2, 3, 1, 13, 3)]
    [InlineData(19, 10, 9, 56, 64, 3)]
    [InlineData(3, 5, 7, 32, 32, 1)]
    [InlineData(2, 16, 13, 15, 16, 1)]
    [InlineData(1, 2, 26, 33, 33, 1)]
    [InlineData(33, 2, 3, 11, 13, 1)]
    [InlineData(19, 10, 9, 56, 64, 1)]
    public void With_strides_of_2_they_round_as_little_as_libtorchs(
        int images, int inputs, int outputs, int height, int width, int kernel) =>
        AssertAsFloat64(images, inputs, outputs, height, width, kernel, 2);

    // Channels that fill vectors and do not, more rows than are multiplied together, planes narrower than the kernel.
    [OwnKernelsTheory]
    [InlineData(3, 21, 7, 7, 5, 1, 2, 1)]
    [InlineData(2, 40, 14, 14, 5, 2, 2, 1)]
    [InlineData(2, 24, 8, 8, 7, 1, 3, 1)]
    [InlineData(2, 24, 8, 10, 7, 2, 3, 1)]
    [InlineData(2, 50, 1, 1, 5, 1, 2, 1)]
    [InlineData(2, 18, 12, 17, 5, 3, 1, 2)]
    [InlineData(1, 33, 112, 112, 5, 1, 2, 1)]
    [InlineData(19, 5, 6, 6, 5, 1, 2, 1)]
    public void Depthwise_ones_round_as_little_as_libtorchs(
        int images, int channels, int height, int width, int kernel, long stride, long padding, long dilation)
    {
        TorchRuntime.Seed(7);
        using var drawn = Draw([images, channels, height, width]);
        using var x = drawn.Contiguous(MemoryFormat.ChannelsLast);
        using var weight = Draw([channels, 1, kernel, kernel]);
        using var bias = Draw([channels]);
        List<float[]> Run(DType dtype) => Results(
            x, weight, bias, [padding, padding], dtype, stride, [dilation, dilation], channels);

        var expected = Run(DType.Float64);
        TorchRuntime.OwnKernels = OwnKernels.None;
        var libtorchs = Run(DType.Float32);
        foreach (var kernels in OwnKernelSets.All())
        {
            TorchRuntime.OwnKernels = kernels;
            TorchRuntime.Threads = 1;
            var actual = Run(DType.Float32);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.InRange(Distance(expected[i], actual[i]), 0, 2e-6);
            }

            // The gradient of the weights is ours, and the same for any number of threads.
            Assert.NotEqual(libtorchs[2], actual[2]);
            TorchRuntime.Threads = 3;
            Assert.Equal(actual[2], Run(DType.Float32)[2]);
        }
    }

    [OwnKernelsTheory]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(1, 2)]
    public void Their_bits_are_the_same_for_any_number_of_threads_and_not_libtorchs(int kernel, long stride)
    {
        TorchRuntime.Seed(7);
        using var x = Draw([20, 6, 16, 16]);
        using var weight = Draw([7, 6, kernel, kernel]);
        long[] padding = [kernel / 2, kernel / 2];
        foreach (var kernels in OwnKernelSets.All())
        {
            TorchRuntime.OwnKernels = kernels;
            Assert.Equal(kernels, TorchRuntime.OwnKernels);
            TorchRuntime.Threads = 1;
            var one = Results(x, weight, null, padding, DType.Float32, stride);
            TorchRuntime.Threads = 3;
            Assert.Equal(one, Results(x, weight, null, padding, DType.Float32, stride));

            TorchRuntime.OwnKernels = OwnKernels.None;
            Assert.NotEqual(one, Results(x, weight, null, padding, DType.Float32, stride));
        }
    }

    // What ours do not compute: another kernel, stride, padding, dilation or number of groups, narrow planes, channels
    // last; strides of 2 with more channels than pay.
    [OwnKernelsTheory]
    [InlineData(8, 8, 1, 1, 0, 1, 1)]
    [InlineData(8, 8, 3, 2, 1, 1, 1)]
    [InlineData(16, 16, 3, 3, 1, 1, 1)]
    [InlineData(16, 16, 3, 2, 0, 1, 1)]
    [InlineData(16, 16, 1, 2, 1, 1, 1)]
    [InlineData(16, 16, 5, 2, 2, 1, 1)]
    [InlineData(8, 8, 3, 1, 0, 1, 1)]
    [InlineData(8, 8, 3, 1, 1, 2, 1)]
    [InlineData(8, 8, 3, 1, 1, 1, 2)]
    [InlineData(8, 6, 3, 1, 1, 1, 1)]
    [InlineData(8, 8, 3, 1, 1, 1, 1, true)]
    [InlineData(9, 9, 3, 2, 1, 1, 1, false, 192)]
    public void All_else_is_libtorchs_to_the_bit(
        int height, int width, int kernel, int stride, int padding, int dilation, int groups,
        bool isChannelsLast = false, int channels = 4)
    {
        using var drawn = Draw([2, channels, height, width]);
        using var x = isChannelsLast ? drawn.Contiguous(MemoryFormat.ChannelsLast) : drawn.Alias();
        using var weight = Draw([channels + 2, channels / groups, kernel, kernel]);
        long[] strides = [stride, stride];
        long[] paddings = [padding, padding];
        long[] dilations = [dilation, dilation];
        using var expected = Aten.Call(
            "aten::conv2d", "", x, weight, OperatorArgument.None, strides, paddings, dilations, groups)[0];
        using var actual = Aten.Conv2d(x, weight, null, strides, paddings, dilations, groups);
        Assert.Equal(Values(expected), Values(actual));
    }

    [Fact]
    public void What_does_not_fit_is_refused_as_by_libtorch()
    {
        using var x = Draw([2, 4, 8, 8]);
        using var weight = Draw([6, 5, 3, 3]);
        var error = Assert.Throws<TorchException>(() => Aten.Conv2d(x, weight, null, [1, 1], [1, 1], [1, 1]));
        Assert.Contains("expected input[2, 4, 8, 8] to have 5 channels", error.Message, StringComparison.Ordinal);
    }

    private static void AssertAsFloat64(
        int images, int inputs, int outputs, int height, int width, int kernel, long stride)
    {
        TorchRuntime.Seed(7);
        using var x = Draw([images, inputs, height, width]);
        using var weight = Draw([outputs, inputs, kernel, kernel]);
        using var bias = Draw([outputs]);
        long[] padding = [kernel / 2, kernel / 2];

        var expected = Results(x, weight, bias, padding, DType.Float64, stride);
        foreach (var kernels in OwnKernelSets.All())
        {
            TorchRuntime.OwnKernels = kernels;
            var actual = Results(x, weight, bias, padding, DType.Float32, stride);

            for (var i = 0; i < expected.Count; i++)
            {
                Assert.InRange(Distance(expected[i], actual[i]), 0, 1e-6);
            }
        }
    }

    // Output and gradients of input, weight and bias of our convolution; in float64 it is libtorch's.
    private static List<float[]> Results(
        Tensor x,
        Tensor weight,
        Tensor? bias,
        long[] padding,
        DType dtype,
        long stride = 1,
        long[]? dilation = null,
        long groups = 1)
    {
        var leaves = new[] { x, weight, bias }.OfType<Tensor>().Select(tensor =>
        {
            using var copy = tensor.Clone();
            var leaf = copy.To(dtype);
            leaf.RequiresGrad = true;
            return leaf;
        }).ToList();
        using var y = Aten.Conv2d(
            leaves[0], leaves[1], leaves.ElementAtOrDefault(2), [stride, stride], padding, dilation ?? [1, 1], groups);
        using (var square = Aten.Mul(y, y))
        using (var loss = Aten.Sum(square))
        {
            Autograd.Backward(loss);
        }

        var results = new List<float[]> { Values(y) };
        foreach (var leaf in leaves)
        {
            using var gradient = leaf.GetGradient()!;
            results.Add(Values(gradient));
            leaf.Dispose();
        }

        return results;
    }

    // In root mean squares of what was expected.
    private static double Distance(float[] expected, float[] actual) => Math.Sqrt(
        expected.Zip(actual, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / expected.Sum(
            value => (double)value * value));

    private static Tensor Draw(long[] shape)
    {
        var drawn = Tensor.Empty(shape);
        Aten.NormalInPlace(drawn, 0, 1);
        return drawn;
    }

    private static float[] Values(Tensor tensor)
    {
        using var detached = tensor.Detach();
        using var typed = detached.To(DType.Float32);
        return typed.ToArray<float>();
    }
}
