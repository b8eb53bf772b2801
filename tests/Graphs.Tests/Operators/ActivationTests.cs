using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

[NoTensorLeaks]
public sealed class ActivationTests
{
    private static readonly float[] Points = [-8, -4, -2.5f, -1, -0.1f, 0, 0.1f, 1, 2.5f, 4, 8];

    public static TheoryData<ActivationKind> Kinds => [.. Enum.GetValues<ActivationKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_computes_its_formula(ActivationKind kind)
    {
        const double Slope = 0.3;
        Func<double, double> formula = kind switch
        {
            ActivationKind.Relu => x => Math.Max(x, 0),
            ActivationKind.Relu6 => x => Math.Clamp(x, 0, 6),
            ActivationKind.LeakyRelu => x => x >= 0 ? x : Slope * x,
            ActivationKind.Elu => x => x >= 0 ? x : Slope * (Math.Exp(x) - 1),
            ActivationKind.Sigmoid => Sigmoid,
            ActivationKind.Tanh => Math.Tanh,
            ActivationKind.Silu => x => x * Sigmoid(x),
            ActivationKind.Gelu => x => x * NormalDistribution(x),
            ActivationKind.HardSwish => x => x * Math.Clamp(x + 3, 0, 6) / 6,
            ActivationKind.HardSigmoid => x => Math.Clamp(x + 3, 0, 6) / 6,
            ActivationKind.Softplus => x => Math.Log(1 + Math.Exp(x)),
            ActivationKind.Mish => x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
            // Klambauer et al. 2017, arXiv 1706.02515: lambda 1.0507, alpha 1.6733.
            ActivationKind.Selu => x => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)),
            ActivationKind.Celu => x => x >= 0 ? x : Slope * (Math.Exp(x / Slope) - 1),
            ActivationKind.GeluTanh =>
                x => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
            ActivationKind.Exp => Math.Exp,
            _ => throw new InvalidOperationException($"{kind} has no formula here."),
        };
        Tensors.AssertClose(
            [.. Points.Select(x => (float)formula(x))],
            Probe.Run(new Activation(kind, Slope), [(Points, [1, Points.Length])]));
    }

    [Fact]
    public void Shape_and_channels_stay_and_nothing_is_multiplied()
    {
        var op = new Activation(ActivationKind.Silu);
        var shapes = Probe.Shapes(op, [[1, 2, 3]]);
        Assert.Equal([1, 2, 3], shapes.Output.ToArray());
        Assert.Equal(0, Probe.Macs(op, shapes));
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]", "in0.2[0]~out.2[0]", "in0.2[1]~out.2[1]",
                "in0.2[2]~out.2[2]",
            },
            Probe.Couple(op, shapes).Ties);
        Assert.Same(op, op.Cut(new FakeCut(shapes, (Axis.Input(0, 1), [1]))));
        Assert.Equal("Node 'node': it takes 1 input(s), but has 0.", Probe.Error(op, []));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // Phi(x) by Simpson's rule on the density.
    private static double NormalDistribution(double x)
    {
        const int Steps = 2000;
        double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);
        var width = x / Steps;
        var sum = Density(0) + Density(x);
        for (var i = 1; i < Steps; i++)
        {
            sum += (i % 2 == 1 ? 4 : 2) * Density(i * width);
        }

        return 0.5 + sum * width / 3;
    }
}
