using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Regularization;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Regularization;

[NoTensorLeaks]
[OneThread]
public sealed class DeadlineShrinkageTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(391)]
    public void Without_gradients_a_slice_goes_to_exactly_0_in_a_straight_line(int steps)
    {
        using var run = new Run();
        for (var left = steps; left >= 1; left--)
        {
            Assert.Equal(8.0 * left / steps, run.Weight(row: 1), 1e-3);
            run.Shrink(left);
            Assert.Equal(8.0, run.Weight(row: 0));
        }

        Assert.Equal(0, run.Weight(row: 1));
    }

    [Fact]
    public void Whatever_the_gradients_do_the_last_step_leaves_0()
    {
        var dice = new Rng(5);
        using var run = new Run();
        for (var left = 20; left >= 1; left--)
        {
            run.Add((float)(dice.NextDouble() * 2 - 1));
            run.Shrink(left);
        }

        Assert.Equal(0, run.Weight(row: 1));
    }

    [Fact]
    public void Momentum_and_an_average_are_shrunk_alike()
    {
        using var run = new Run();
        using var momentum = Tensor.FromArray<float>([4, 4], [2, 1, 1, 1]);
        run.Shrink(2, new Dictionary<string, Tensor> { ["conv0.weight"] = momentum });
        Assert.Equal([4f, 2f], momentum.ToArray<float>());
        run.Shrink(1, new Dictionary<string, Tensor> { ["conv0.weight"] = momentum, ["other"] = momentum });
        Assert.Equal([4f, 0f], momentum.ToArray<float>());
    }

    [Fact]
    public void A_deadline_that_is_past_keeps_0()
    {
        Assert.Equal(-1, DeadlineShrinkage.AddendAt(1));
        Assert.Equal(-1, DeadlineShrinkage.AddendAt(0));
        Assert.Equal(-1, DeadlineShrinkage.AddendAt(-5));
    }

    /// <summary>Two channels of weight 8, of which the second leaves.</summary>
    private sealed class Run : IDisposable
    {
        private readonly ParameterTable _parameters;
        private readonly PrunedSlices _slices;

        public Run()
        {
            var graph = Networks.Chain(2, 2);
            var coupling = CouplingGraph.Build(graph);
            _parameters = ParameterTable.Initialize(graph, seed: 1);
            _parameters.Set("conv0.weight", 8, 8);
            _slices = new(coupling.Groups, coupling.Without(("conv0", [1])), _parameters);
        }

        public double Weight(int row) => _parameters["conv0.weight"].ToArray<float>()[row];

        public void Add(float gradient)
        {
            using var _ = Autograd.NoGrad();
            Aten.AddInPlace(_parameters["conv0.weight"], (double)gradient);
        }

        public void Shrink(int left, params ReadOnlySpan<IReadOnlyDictionary<string, Tensor>> alike)
        {
            using var addend = Tensor.Full([], DeadlineShrinkage.AddendAt(left));
            WeightShrinkage.Apply(_slices, addend, alike);
        }

        public void Dispose()
        {
            _slices.Dispose();
            _parameters.Dispose();
        }
    }
}
