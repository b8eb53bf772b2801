namespace Ocs.Torch.Tests.Operators;

/// <summary>
/// 1x1 convolutions with strides. oneDNN's own gradient of their weights crashes or is wrong where inputs are
/// channels-last with fewer channels than a vector has lanes, for some numbers of images and threads: these are among
/// them.
/// </summary>
[NoTensorLeaks]
public sealed class StridedPointConv2dTests : IDisposable
{
    private const double Float32Rounding = 1e-4;

    // One rounding to bf16 of each operand and of the result.
    private const double Bf16Rounding = 0.02;

    private readonly int _threads = TorchRuntime.Threads;

    public void Dispose() => TorchRuntime.Threads = _threads;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    public void Gradients_are_right_for_any_number_of_threads_and_images(int threads)
    {
        TorchRuntime.Threads = threads;
        foreach (var (images, inputs, outputs, size) in new[]
        {
            (3, 9, 24, 32), (7, 15, 32, 32), (100, 15, 32, 16), (125, 1, 17, 8), (128, 11, 8, 16),
        })
        {
            foreach (var format in new[] { MemoryFormat.Contiguous, MemoryFormat.ChannelsLast })
            {
                AssertAsFloat64([images, inputs, size, size], outputs, format, [2, 2]);
            }
        }
    }

    // What a graph or an ONNX file may hold beside: one direction alone, odd planes, wider strides, groups and single
    // channels.
    [Theory]
    [InlineData(9, 16, 16, 2, 1, 1)]
    [InlineData(9, 1, 64, 1, 2, 1)]
    [InlineData(9, 15, 17, 2, 2, 1)]
    [InlineData(5, 18, 18, 3, 3, 1)]
    [InlineData(9, 16, 16, 4, 2, 1)]
    [InlineData(12, 16, 16, 2, 2, 12)]
    [InlineData(12, 16, 16, 2, 2, 3)]
    [InlineData(40, 16, 16, 2, 2, 1)]
    public void Every_kind_of_stride_is_right(int inputs, int height, int width, int down, int right, int groups)
    {
        TorchRuntime.Threads = 3;
        foreach (var format in new[] { MemoryFormat.Contiguous, MemoryFormat.ChannelsLast })
        {
            AssertAsFloat64([7, inputs, height, width], 24, format, [down, right], groups);
        }
    }

    [Fact]
    public void The_gradient_of_the_input_lies_as_the_input()
    {
        using var drawn = Tensor.Ones([2, 9, 8, 8]);
        using var x = drawn.Contiguous(MemoryFormat.ChannelsLast);
        x.RequiresGrad = true;
        using var weight = Tensor.Ones([5, 9, 1, 1]);
        using var y = Aten.Conv2d(x, weight, null, [2, 2], [0, 0], [1, 1]);
        using var sum = Aten.Sum(y);
        Autograd.Backward(sum);

        using var gradient = x.GetGradient()!;
        Assert.True(gradient.IsContiguous(MemoryFormat.ChannelsLast));
        Assert.Equal([5f, 0, 5, 0, 5, 0, 5, 0, 0, 0], gradient.ToArray<float>().Take(10));
    }

    [Fact]
    public void A_convolution_of_float64_and_one_without_images_are_computed()
    {
        AssertAsFloat64([3, 9, 8, 8], 4, MemoryFormat.ChannelsLast, [2, 2], dtype: DType.Float64);
        using var x = Tensor.Zeros([0, 9, 8, 8]);
        using var weight = Tensor.Ones([5, 9, 1, 1]);
        using var y = Aten.Conv2d(x, weight, null, [2, 2], [0, 0], [1, 1]);
        Assert.Equal([0L, 5, 4, 4], y.Shape.ToArray());
    }

    private static void AssertAsFloat64(
        long[] shape, int outputs, MemoryFormat format, long[] stride, int groups = 1, DType dtype = DType.Float32)
    {
        TorchRuntime.Seed(7);
        using var x = Tensor.Empty(shape);
        using var weight = Tensor.Empty([outputs, shape[1] / groups, 1, 1]);
        using var slopes = Tensor.Empty(
            [shape[0], outputs, (shape[2] - 1) / stride[0] + 1, (shape[3] - 1) / stride[1] + 1]);
        foreach (var tensor in new[] { x, weight, slopes })
        {
            Aten.NormalInPlace(tensor, 0, 1);
        }

        var expected = Results(x, weight, slopes, stride, groups, DType.Float64, MemoryFormat.Contiguous);
        AssertClose(expected, Results(x, weight, slopes, stride, groups, dtype, format), Float32Rounding);
        using var _ = Autocast.To(DType.BFloat16);
        AssertClose(expected, Results(x, weight, slopes, stride, groups, DType.Float32, format), Bf16Rounding);
    }

    // As parts of the largest number.
    private static void AssertClose(List<double[]> expected, List<double[]> actual, double tolerance)
    {
        foreach (var (right, got) in expected.Zip(actual))
        {
            var scale = right.Max(Math.Abs);
            Assert.InRange(right.Zip(got).Max(pair => Math.Abs(pair.First - pair.Second)), 0, tolerance * scale);
        }
    }

    // The output, and the gradients of input and weight.
    private static List<double[]> Results(
        Tensor x, Tensor weight, Tensor slopes, long[] stride, int groups, DType dtype, MemoryFormat format)
    {
        using var input = Leaf(x, dtype, format);
        using var kernel = Leaf(weight, dtype, format);
        using var above = slopes.To(dtype);
        using var y = Aten.Conv2d(input, kernel, null, stride, [0, 0], [1, 1], groups);
        using (var product = Aten.Mul(y, above))
        using (var loss = Aten.Sum(product))
        {
            Autograd.Backward(loss);
        }

        using var ofInput = input.GetGradient()!;
        using var ofKernel = kernel.GetGradient()!;
        return [.. new[] { y, ofInput, ofKernel }.Select(Values)];
    }

    private static Tensor Leaf(Tensor tensor, DType dtype, MemoryFormat format)
    {
        using var typed = tensor.To(dtype);
        using var copy = typed.Contiguous(format);
        var leaf = copy.Clone();
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static double[] Values(Tensor tensor)
    {
        using var detached = tensor.Detach();
        using var typed = detached.To(DType.Float64);
        return typed.ToArray<double>();
    }
}
