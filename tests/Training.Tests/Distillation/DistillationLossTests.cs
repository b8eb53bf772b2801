using Ocs.Torch;
using Ocs.Training.Distillation;

namespace Ocs.Training.Tests.Distillation;

/// <summary>Losses against a teacher: numbers of PyTorch 1.13, and the papers' formulas in float64.</summary>
[NoTensorLeaks]
public sealed class DistillationLossTests
{
    private static readonly float[] Student = [1, -2, 0.5f, 0, 3, -1];
    private static readonly float[] Taught = [2, 0, -1, 0.5f, 1, 4];

    // kl_div(log_softmax(s / 4), softmax(t / 4), reduction="batchmean") * 16.
    [Fact]
    public void Softmax_is_PyTorchs_kl_div_with_its_gradient() => AssertIs(
        2.748111819559232,
        [
            -0.1127423828843026, -0.18232811217300393, 0.29507049505730676, 0.07206931689828311, 0.5867483303890779,
            -0.658817647287361,
        ],
        (output, teacher) => DistillationLoss.Softmax(output, teacher, 4), Student, Taught, [2, 3]);

    // The mean over what is not a class.
    [Fact]
    public void Classes_may_lie_before_other_dimensions()
    {
        using var output = Tensor.FromArray<float>([1, -1, 0, 2, 3, 0.5f], [1, 3, 2]);
        using var teacher = Tensor.FromArray<float>([0, 1, 2, -2, 1, 0.5f], [1, 3, 2]);
        using var loss = DistillationLoss.Softmax(output, teacher, 2);
        Assert.Equal(2.0013762047132944, loss.Item<double>(), 1e-6);
    }

    // The same numbers with the classes moved to the end.
    [Fact]
    public void Classes_may_be_the_last_dimension()
    {
        using var output = Tensor.FromArray<float>([1, 0, 3, -1, 2, 0.5f], [1, 2, 3]);
        using var teacher = Tensor.FromArray<float>([0, 2, 1, 1, -2, 0.5f], [1, 2, 3]);
        using var loss = DistillationLoss.SoftmaxOverLast(output, teacher, 2);
        Assert.Equal(2.0013762047132944, loss.Item<double>(), 1e-6);
    }

    // binary_cross_entropy_with_logits of the teacher's probabilities, less that of the teacher itself, times 16.
    [Fact]
    public void Sigmoid_is_PyTorchs_binary_cross_entropy_less_the_teachers_entropy() => AssertIs(
        0.7044706233217077,
        [
            -0.040188553544037685, -0.08163955413456973, 0.06225724950636957, -0.020806248915837527,
            0.0780014655263966, -0.19549005301053532,
        ],
        (output, teacher) => DistillationLoss.Sigmoid(output, teacher, 4), Student, Taught, [2, 3]);

    [Fact]
    public void Squared_is_PyTorchs_mse_loss() => AssertIs(
        6.083333333333333,
        [
            -0.3333333333333333, -0.6666666666666666, 0.5, -0.16666666666666666, 0.6666666666666666,
            -1.6666666666666665,
        ],
        DistillationLoss.Squared, Student, Taught, [2, 3]);

    [Theory]
    [InlineData(2, 1, 1, 1)]
    [InlineData(3, 4, 1, 2)]
    [InlineData(10, 4, 0.5, 8)]
    [InlineData(100, 2, 1, 0)]
    [InlineData(100, 1, 0, 0.5)]
    public void Decoupled_is_the_papers_formula_with_its_gradient(int classes, double temperature, double a, double b)
    {
        const int Rows = 5;
        var rng = new Rng(7);
        float[] student = [.. Enumerable.Range(0, Rows * classes).Select(_ => (float)(6 * rng.NextDouble()) - 3)];
        float[] taught = [.. student.Select(value => (float)((0.5 * value) + (6 * rng.NextDouble()) - 3))];
        long[] labels = [.. Enumerable.Range(0, Rows).Select(row => (long)(row * 7 % classes))];
        var options = new DistillationOptions { Temperature = temperature, Alpha = a, Beta = b };
        using var right = Tensor.FromArray(labels, [Rows]);
        double[] values = [.. student.Select(value => (double)value)];

        AssertIs(
            Formula(values),
            [.. values.Select((_, i) => (Formula(Moved(i, 1e-5)) - Formula(Moved(i, -1e-5))) / 2e-5)],
            (output, teacher) => DistillationLoss.Decoupled(output, teacher, right, options),
            student, taught, [Rows, classes]);

        double[] Moved(int index, double by) => [.. values.Select((value, i) => i == index ? value + by : value)];

        // alpha TCKD + beta NCKD as Eq. 1 to 7 of the paper state them, in the mean over the rows.
        double Formula(double[] logits) => temperature * temperature / Rows * Enumerable.Range(0, Rows).Sum(row =>
        {
            double[] p = Softmax([.. taught.Skip(row * classes).Take(classes).Select(value => value / temperature)]);
            double[] q = Softmax([.. logits.Skip(row * classes).Take(classes).Select(value => value / temperature)]);
            var t = (int)labels[row];
            var binary = Term(p[t], q[t]) + Term(1 - p[t], 1 - q[t]);
            var others = Enumerable.Range(0, classes).Where(i => i != t)
                .Sum(i => Term(p[i] / (1 - p[t]), q[i] / (1 - q[t])));
            return (a * binary) + (b * others);
        });

        static double Term(double p, double q) => p * Math.Log(p / q);

        static double[] Softmax(double[] x)
        {
            var sum = x.Sum(Math.Exp);
            return [.. x.Select(value => Math.Exp(value) / sum)];
        }
    }

    // Eq. 6 of the paper: KD = TCKD + (1 - p_t) NCKD.
    [Fact]
    public void With_the_papers_weights_decoupled_is_kd()
    {
        using var output = Tensor.FromArray<float>(Student, [1, 6]);
        using var teacher = Tensor.FromArray<float>(Taught, [1, 6]);
        using var label = Tensor.FromArray<long>([2], [1]);
        var p = Math.Exp(Taught[2] / 4.0) / Taught.Sum(value => Math.Exp(value / 4.0));
        using var decoupled = DistillationLoss.Decoupled(
            output, teacher, label, new() { Temperature = 4, Alpha = 1, Beta = 1 - p });
        using var plain = DistillationLoss.Softmax(output, teacher, 4);
        Assert.Equal(plain.Item<double>(), decoupled.Item<double>(), 1e-6);
    }

    [Fact]
    public void A_teacher_that_is_sure_gives_finite_losses_and_gradients()
    {
        float[] sure = [300, -300, 0, -200, 200, 10];
        using var labels = Tensor.FromArray<long>([0, 2], [2]);
        var options = new DistillationOptions { Temperature = 1 };
        Func<Tensor, Tensor, Tensor>[] losses =
        [
            (output, teacher) => DistillationLoss.Softmax(output, teacher, 1),
            (output, teacher) => DistillationLoss.Sigmoid(output, teacher, 1),
            (output, teacher) => DistillationLoss.Decoupled(output, teacher, labels, options),
        ];
        foreach (var loss in losses)
        {
            foreach (var (student, taught) in new[] { (Student, sure), (sure, Taught), (sure, sure) })
            {
                var (value, gradient) = Run(loss, student, taught, [2, 3]);
                Assert.True(double.IsFinite(value) && value >= -1e-6, $"{value}");
                Assert.All(gradient, number => Assert.True(float.IsFinite(number)));
                if (ReferenceEquals(student, taught))
                {
                    Assert.Equal(0, value, 1e-6);
                    Assert.All(gradient, number => Assert.Equal(0, number, 1e-6));
                }
            }
        }
    }

    private static void AssertIs(
        double value, double[] gradient, Func<Tensor, Tensor, Tensor> loss, float[] student, float[] taught,
        long[] shape)
    {
        var (actual, slopes) = Run(loss, student, taught, shape);
        Assert.Equal(value, actual, 2e-6 * Math.Max(1, Math.Abs(value)));
        Tensors.AssertClose([.. gradient.Select(number => (float)number)], slopes, 1e-5);
    }

    private static (double Value, float[] Gradient) Run(
        Func<Tensor, Tensor, Tensor> loss, float[] student, float[] taught, long[] shape)
    {
        using var output = Tensor.FromArray<float>(student, shape);
        using var teacher = Tensor.FromArray<float>(taught, shape);
        output.RequiresGrad = true;
        using var value = loss(output, teacher);
        using var gradient = Autograd.Gradients(value, [output])[0];
        return (value.Item<double>(), gradient.ToArray<float>());
    }
}
