namespace Ocs.Torch.Tests.Operators;

/// <summary>Operators against numbers worked out by hand, errors, and calls by name.</summary>
[NoTensorLeaks]
public class AtenTests
{
    [Fact]
    public void A_convolution_sums_weighted_neighbours()
    {
        using var x = Of([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 1, 3, 3);
        using var weight = Of([1, 0, 0, 1], 1, 1, 2, 2);
        using var bias = Of([10], 1);
        using var y = Aten.Conv2d(x, weight, bias, [1, 1], [0, 0], [1, 1]);
        Assert.Equal([16f, 18f, 22f, 24f], y.ToArray<float>());
        using var strided = Aten.Conv2d(x, weight, null, [2, 2], [1, 1], [1, 1]);
        Assert.Equal([1f, 3f, 7f, 14f], strided.ToArray<float>());
    }

    [Fact]
    public void A_depthwise_convolution_keeps_channels_apart()
    {
        using var x = Of([1, 2], 1, 2, 1, 1);
        using var weight = Of([3, 5], 2, 1, 1, 1);
        using var y = Aten.Conv2d(x, weight, null, [1, 1], [0, 0], [1, 1], groups: 2);
        Assert.Equal([3f, 10f], y.ToArray<float>());
    }

    [Fact]
    public void A_linear_layer_is_a_matrix_product_and_a_bias()
    {
        using var x = Of([1, 2], 1, 2);
        using var weight = Of([1, 0, 0, 1, 1, 1], 3, 2);
        using var bias = Of([0, 0, 10], 3);
        using var y = Aten.Linear(x, weight, bias);
        using var bare = Aten.Linear(x, weight);
        using var turned = Aten.Transpose(weight, 0, 1);
        using var product = Aten.Matmul(x, turned);
        Assert.Equal([1f, 2f, 13f], y.ToArray<float>());
        Assert.Equal([1f, 2f, 3f], bare.ToArray<float>());
        Assert.Equal([1f, 2f, 3f], product.ToArray<float>());
    }

    [Fact]
    public void Batch_norm_normalises_and_updates_its_buffers_only_in_training()
    {
        using var x = Of([1, 3], 2, 1);
        using var weight = Of([2], 1);
        using var bias = Of([1], 1);
        using var mean = Of([0], 1);
        using var variance = Of([1], 1);
        using (var evaluated = Aten.BatchNorm(x, weight, bias, mean, variance, training: false, epsilon: 0))
        {
            Assert.Equal([3f, 7f], evaluated.ToArray<float>());
            Assert.Equal(0f, mean.Item<float>());
        }

        using var trained = Aten.BatchNorm(x, weight, bias, mean, variance, training: true, momentum: 0.5, epsilon: 0);
        Assert.Equal([-1f, 3f], trained.ToArray<float>());
        Assert.Equal(1f, mean.Item<float>());
        Assert.Equal(1.5f, variance.Item<float>());
    }

    [Fact]
    public void Pooling_takes_the_largest_or_the_mean()
    {
        using var x = Of([1, 2, 3, 4], 1, 1, 2, 2);
        using var largest = Aten.MaxPool2d(x, [2, 2], [2, 2], [0, 0]);
        using var mean = Aten.AvgPool2d(x, [2, 2], [2, 2], [0, 0]);
        using var padded = Aten.AvgPool2d(x, [2, 2], [2, 2], [1, 1]);
        using var unpadded = Aten.AvgPool2d(x, [2, 2], [2, 2], [1, 1], countIncludePad: false);
        using var adaptive = Aten.AdaptiveAvgPool2d(x, 1, 2);
        Assert.Equal(4f, largest.Item<float>());
        Assert.Equal(2.5f, mean.Item<float>());
        Assert.Equal([0.25f, 0.5f, 0.75f, 1f], padded.ToArray<float>());
        Assert.Equal([1f, 2f, 3f, 4f], unpadded.ToArray<float>());
        Assert.Equal([2f, 3f], adaptive.ToArray<float>());
    }

    public static TheoryData<string, Func<Tensor, Tensor>, double, double> Activations => new()
    {
        { "relu", Aten.Relu, 0, 2 },
        { "relu6", x => Aten.Hardtanh(x, 0, 1.5), 0, 1.5 },
        { "leaky relu", x => Aten.LeakyRelu(x, 0.1), -0.1, 2 },
        { "elu", x => Aten.Elu(x), Math.Exp(-1) - 1, 2 },
        { "sigmoid", Aten.Sigmoid, Logistic(-1), Logistic(2) },
        { "tanh", Aten.Tanh, Math.Tanh(-1), Math.Tanh(2) },
        { "silu", Aten.Silu, -Logistic(-1), 2 * Logistic(2) },
        { "gelu", x => Aten.Gelu(x), -0.15865525, 1.95449974 },
        { "gelu by tanh", x => Aten.Gelu(x, "tanh"), -0.15880801, 1.95459769 },
        { "hardswish", Aten.Hardswish, -1 / 3.0, 5 / 3.0 },
        { "hardsigmoid", Aten.Hardsigmoid, 1 / 3.0, 5 / 6.0 },
        { "softplus", x => Aten.Softplus(x), Math.Log(1 + Math.Exp(-1)), Math.Log(1 + Math.Exp(2)) },
        { "mish", Aten.Mish, -Math.Tanh(Math.Log(1 + Math.Exp(-1))), 2 * Math.Tanh(Math.Log(1 + Math.Exp(2))) },
    };

    [Theory]
    [MemberData(nameof(Activations), DisableDiscoveryEnumeration = true)]
    public void Activations_of_minus_one_and_two(
        string name, Func<Tensor, Tensor> function, double first, double second)
    {
        using var x = Of([-1, 2], 2);
        using var y = function(x);
        var values = y.ToArray<float>();
        Assert.True(Math.Abs(first - values[0]) <= 1e-6, name);
        Assert.True(Math.Abs(second - values[1]) <= 1e-6, name);
    }

    [Fact]
    public void Relu_in_place_is_relu()
    {
        using var x = Of([-1, 2], 2);
        Aten.ReluInPlace(x);
        Assert.Equal([0f, 2f], x.ToArray<float>());
    }

    [Fact]
    public void Arithmetic_of_two_tensors_and_of_a_tensor_and_a_number()
    {
        using var a = Of([1, 4], 2);
        using var b = Of([2, 8], 2);
        Check(Aten.Add(a, b), 3, 12);
        Check(Aten.Add(a, b, 0.5), 2, 8);
        Check(Aten.Add(a, 1), 2, 5);
        Check(Aten.Sub(a, b), -1, -4);
        Check(Aten.Mul(a, b), 2, 32);
        Check(Aten.Mul(a, 3), 3, 12);
        Check(Aten.Div(b, a), 2, 2);
        Check(Aten.Div(b, 2), 1, 4);
        Check(Aten.Square(b), 4, 64);
        Check(Aten.Sqrt(a), 1, 2);
        Check(Aten.Rsqrt(a), 1, 0.5f);
        Check(Aten.Reciprocal(a), 1, 0.25f);
        Check(Aten.Neg(a), -1, -4);
        Check(Aten.Clamp(a, min: 2), 2, 4);
        Check(Aten.Clamp(a, max: 2), 1, 2);
        using (var zero = Tensor.Zeros([2]))
        {
            Check(Aten.Exp(zero), 1, 1);
            Check(Aten.Log(zero), float.NegativeInfinity, float.NegativeInfinity);
        }

        using (var negative = Aten.Neg(a))
        {
            Check(Aten.Abs(negative), 1, 4);
        }

        Aten.AddInPlace(a, b, -0.5);
        Aten.MulInPlace(b, 0.5);
        Assert.Equal([0f, 0f], a.ToArray<float>());
        Assert.Equal([1f, 4f], b.ToArray<float>());
        Aten.AddInPlace(a, 1);
        Assert.Equal([1f, 1f], a.ToArray<float>());
        Aten.SubInPlace(a, b);
        Assert.Equal([0f, -3f], a.ToArray<float>());
    }

    [Fact]
    public void Integers_stay_integers_when_alpha_is_whole()
    {
        using var a = Tensor.FromArray([1L, 2L], [2]);
        using var sum = Aten.Add(a, a, 3);
        Assert.Equal([4L, 8L], sum.ToArray<long>());
    }

    [Fact]
    public void Errors_carry_the_operator_and_the_shapes()
    {
        using var a = Tensor.Zeros([2, 3]);
        using var b = Tensor.Zeros([4], DType.Float64);
        var exception = Assert.Throws<TorchException>(() => Aten.Add(a, b));
        Assert.Equal(
            "aten::add.Tensor(Float32 [2, 3] cpu, Float64 [4] cpu): The size of tensor a (3) must match "
            + "the size of tensor b (4) at non-singleton dimension 1",
            exception.Message);
        Assert.Contains("Exception raised from", (string)exception.Data["stack"]!, StringComparison.Ordinal);
        var convolution = Assert.Throws<TorchException>(() => Aten.Conv2d(a, b, null, [1, 1], [0, 0], [1, 1]));
        Assert.Contains(
            "ocs::conv2d(Float32 [2, 3] cpu, Float64 [4] cpu, none, [1, 1], [0, 0], [1, 1], 1): ",
            convolution.Message,
            StringComparison.Ordinal);
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static Tensor Of(float[] values, params long[] shape) => Tensor.FromArray(values, shape);

    private static void Check(Tensor tensor, float first, float second)
    {
        using (tensor)
        {
            Assert.Equal([first, second], tensor.ToArray<float>());
        }
    }
}
