namespace Ocs.Torch.Tests.Operators;

/// <summary>
/// The shim's own batch norm beside libtorch's operators in float64: values, gradients, running statistics.
/// </summary>
[NoTensorLeaks]
public sealed class TrainingBatchNormTests
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;
    private const double Tolerance = 2e-5;
    private static readonly long[] Widths = [1, 3, 8, 13, 16, 24, 64, 100, 509];

    public static TheoryData<long, bool, int, MemoryFormat> Cases
    {
        get
        {
            var cases = new TheoryData<long, bool, int, MemoryFormat>();
            foreach (var activation in Enum.GetValues<NormActivation>())
            {
                foreach (var hasResidual in new[] { false, true })
                {
                    foreach (var width in Widths)
                    {
                        cases.Add(width, hasResidual, (int)activation, MemoryFormat.ChannelsLast);
                    }

                    cases.Add(13, hasResidual, (int)activation, MemoryFormat.Contiguous);
                    cases.Add(100, hasResidual, (int)activation, MemoryFormat.Contiguous);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_computes_what_norm_sum_and_activation_compute(
        long channels, bool hasResidual, int kind, MemoryFormat format)
    {
        var activation = (NormActivation)kind;
        // The gradient of a single channel's weight nearly cancels with SiLU, so its rounding weighs more.
        var tolerance = channels == 1 && activation == NormActivation.Silu ? 1e-4 : Tolerance;

        // Planes of 35 and batches of 70 fill no whole number of vectors, those of 16 and 32 do; the last are several
        // blocks and parts.
        foreach (var (count, height, width)
            in new[] { (2L, 5L, 7L), (2, 4, 4), (2, 4, 8), (2, channels > 16 ? 8 : 64, 80) })
        {
            using var operands = new Operands(channels, count, height, width, hasResidual, DType.Float32, format);
            var expected = operands.Results(activation, exact: true);
            var actual = operands.Results(activation, exact: false);
            for (var i = 0; i < expected.Count; i++)
            {
                Tensors.AssertClose(expected[i], actual[i], tolerance);
            }
        }
    }

    [Theory]
    [InlineData(16, false, 1, MemoryFormat.ChannelsLast)]
    [InlineData(13, true, 1, MemoryFormat.ChannelsLast)]
    [InlineData(13, false, 1, MemoryFormat.Contiguous)]
    [InlineData(16, true, 1, MemoryFormat.Contiguous)]
    [InlineData(16, false, 2, MemoryFormat.ChannelsLast)]
    [InlineData(13, false, 3, MemoryFormat.ChannelsLast)]
    [InlineData(13, false, 4, MemoryFormat.ChannelsLast)]
    public void In_bf16_it_differs_by_its_rounding(long channels, bool hasResidual, int kind, MemoryFormat format)
    {
        var activation = (NormActivation)kind;
        using var operands = new Operands(channels, 4, 8, 8, hasResidual, DType.BFloat16, format);
        var expected = operands.Results(activation, exact: true);
        var actual = operands.Results(activation, exact: false);
        for (var i = 0; i < expected.Count; i++)
        {
            Tensors.AssertClose(expected[i], actual[i], 0.02);
        }
    }

    [Fact]
    public void A_mean_far_from_zero_costs_no_precision()
    {
        using var operands = new Operands(16, 8, 16, 16, false, DType.Float32, MemoryFormat.ChannelsLast, offset: 1000);
        var expected = operands.Results(NormActivation.None, exact: true);
        var actual = operands.Results(NormActivation.None, exact: false);
        // Inputs near 1000 are rounded to 6e-5 already, in both.
        Tensors.AssertClose(expected[0], actual[0], 1e-3);
    }

    [Fact]
    public void What_is_no_number_stays_seen()
    {
        foreach (var activation in Enum.GetValues<NormActivation>())
        {
            using var operands = new Operands(
                16, 2, 4, 4, false, DType.Float32, MemoryFormat.ChannelsLast, offset: double.NaN);
            var results = operands.Results(activation, exact: false);
            Assert.All(results[0].Concat(results[1]), value => Assert.True(float.IsNaN(value)));
        }
    }

    // Where e^x would overflow, the slope is 0 or 1, and values are those of the exact operator.
    [Fact]
    public void Large_numbers_are_those_of_libtorch()
    {
        using var operands = new Operands(
            16, 2, 4, 4, false, DType.Float32, MemoryFormat.ChannelsLast, scale: 500);
        foreach (var activation in Enum.GetValues<NormActivation>())
        {
            var expected = operands.Results(activation, exact: true);
            var actual = operands.Results(activation, exact: false);
            for (var i = 0; i < expected.Count; i++)
            {
                Tensors.AssertClose(expected[i], actual[i], Tolerance);
            }
        }
    }

    [Fact]
    public void A_gradient_that_somebody_holds_is_left_alone()
    {
        using var operands = new Operands(16, 2, 4, 4, true, DType.Float32, MemoryFormat.ChannelsLast);
        var first = operands.Results(NormActivation.Relu, exact: false);
        Assert.Equal(first[0], operands.Results(NormActivation.Relu, exact: false)[0]);
        Assert.Equal(first[1], operands.Results(NormActivation.Relu, exact: false)[1]);
    }

    private sealed class Operands : IDisposable
    {
        private readonly Tensor _x;
        private readonly Tensor? _residual;
        private readonly Tensor _weight;
        private readonly Tensor _bias;
        private readonly Tensor _above;

        public Operands(
            long channels, long count, long height, long width, bool hasResidual, DType dtype, MemoryFormat format,
            double offset = 3, double scale = 1)
        {
            TorchRuntime.Seed((ulong)(channels + height));
            Tensor Draw(double mean)
            {
                using var drawn = Tensor.Empty([count, channels, height, width]);
                Aten.NormalInPlace(drawn, mean, 2);
                using var typed = drawn.To(dtype);
                return typed.Contiguous(format);
            }

            (_x, _above, _residual) = (Draw(offset), Draw(0), hasResidual ? Draw(1) : null);
            (_weight, _bias) = (Tensor.Empty([channels]), Tensor.Empty([channels]));
            Aten.UniformInPlace(_weight, 0.5 * scale, 1.5 * scale);
            Aten.NormalInPlace(_bias, 0, 1);
        }

        /// <summary>Output, gradients of input, weight, bias and residual, then the running statistics.</summary>
        public IReadOnlyList<float[]> Results(NormActivation activation, bool exact)
        {
            using var x = Leaf(_x, exact);
            using var residual = _residual is null ? null : Leaf(_residual, exact);
            using var weight = Leaf(_weight, exact);
            using var bias = Leaf(_bias, exact);
            using var mean = Tensor.Full([_weight.ElementCount], 0.5, weight.DType);
            using var variance = Tensor.Full([_weight.ElementCount], 2, weight.DType);
            using var y = exact
                ? Reference(x, residual, weight, bias, mean, variance, activation)
                : Aten.TrainingBatchNorm(x, residual, weight, bias, mean, variance, Momentum, Epsilon, activation);
            using var above = _above.To(x.DType);
            using (var product = Aten.Mul(y, above))
            using (var loss = Aten.Sum(product))
            {
                Autograd.Backward(loss);
            }

            Tensor?[] leaves = [x, weight, bias, residual];
            return [Values(y), .. leaves.OfType<Tensor>().Select(Gradient), Values(mean), Values(variance)];
        }

        public void Dispose()
        {
            foreach (var tensor in new[] { _x, _residual, _weight, _bias, _above })
            {
                tensor?.Dispose();
            }
        }

        private static Tensor Reference(
            Tensor x, Tensor? residual, Tensor weight, Tensor bias, Tensor mean, Tensor variance, NormActivation kind)
        {
            using var norm = Aten.BatchNorm(x, weight, bias, mean, variance, training: true, Momentum, Epsilon);
            using var sum = residual is null ? norm.Alias() : Aten.Add(norm, residual);
            return kind switch
            {
                NormActivation.Relu => Aten.Relu(sum),
                NormActivation.Relu6 => Aten.Hardtanh(sum, 0, 6),
                NormActivation.Silu => Aten.Silu(sum),
                NormActivation.HardSwish => Aten.Hardswish(sum),
                _ => sum.Alias(),
            };
        }

        // Layouts stay, for they choose the code that runs.
        private static Tensor Leaf(Tensor tensor, bool exact)
        {
            using var copy = tensor.Clone();
            var leaf = exact ? copy.To(DType.Float64) : copy.Alias();
            leaf.RequiresGrad = true;
            return leaf;
        }

        private static float[] Gradient(Tensor leaf)
        {
            using var gradient = leaf.GetGradient()!;
            return Values(gradient);
        }

        private static float[] Values(Tensor tensor)
        {
            using var detached = tensor.Detach();
            using var typed = detached.To(DType.Float32);
            return typed.ToArray<float>();
        }
    }
}
