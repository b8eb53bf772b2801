using Ocs.Testing;

namespace Ocs.Torch.Tests.Operators;

/// <summary>The shim's own convolution over few pixels in bf16 beside libtorch's in float64: values and gradients.</summary>
[NoTensorLeaks]
public sealed class TrainingConv2dTests
{
    // One rounding to bf16 of each operand and of the result.
    private const double Rounding = 0.02;

    [Theory]
    [InlineData(4, 4, 3, 3, 1, 1, true)]
    [InlineData(4, 4, 3, 3, 1, 1, false)]
    [InlineData(2, 8, 3, 5, 1, 2, true)]
    [InlineData(3, 5, 2, 3, 0, 2, false)]
    [InlineData(1, 1, 3, 3, 1, 1, true)]
    [InlineData(2, 2, 3, 3, 2, 2, false)]
    public void Values_and_gradients_are_libtorchs(int height, int width, int kernelHeight, int kernelWidth, int top, int left, bool hasBias)
    {
        TorchRuntime.Seed(7);
        using var x = Draw([3, 128, height, width]);
        using var weight = Draw([136, 128, kernelHeight, kernelWidth]);
        using var bias = hasBias ? Draw([136]) : null;

        var expected = Results(x, weight, bias, [top, left], DType.Float64);
        var actual = Results(x, weight, bias, [top, left], DType.Float32);

        for (var i = 0; i < expected.Count; i++)
        {
            Tensors.AssertClose(expected[i], actual[i], Rounding);
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
            using var y = Aten.Conv2d(x, weight, null, [1, 1], [1, 1], [1, 1], training: true);
            using var sum = Aten.Sum(y);
            Assert.Equal(DType.BFloat16, y.DType);
            Autograd.Backward(sum);
        }

        using var gradient = weight.TakeGradient()!;
        Assert.Equal((DType.Float32, true), (gradient.DType, gradient.IsContiguous()));
    }

    // Output and gradients of input, weight and bias; float64 is libtorch's convolution, float32 ours under autocast.
    private static List<float[]> Results(Tensor x, Tensor weight, Tensor? bias, long[] padding, DType dtype)
    {
        var leaves = new[] { x, weight, bias }.OfType<Tensor>().Select(tensor =>
        {
            using var copy = tensor.Clone();
            var leaf = copy.To(dtype);
            leaf.RequiresGrad = true;
            return leaf;
        }).ToList();
        using var _ = Autocast.To(dtype == DType.Float32 ? DType.BFloat16 : null);
        using var y = Aten.Conv2d(leaves[0], leaves[1], leaves.ElementAtOrDefault(2), [1, 1], padding, [1, 1], training: true);
        using (var square = Aten.Mul(y, y))
        using (var loss = Aten.Sum(square))
        {
            Autograd.Backward(loss);
        }

        var results = new List<float[]> { Values(y) };
        foreach (var leaf in leaves)
        {
            using var gradient = leaf.TakeGradient()!;
            results.Add(Values(gradient));
            leaf.Dispose();
        }

        return results;
    }

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
