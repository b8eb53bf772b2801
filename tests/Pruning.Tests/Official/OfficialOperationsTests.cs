using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Official;

namespace Ocs.Pruning.Tests.Official;

/// <summary>
/// Counted by hand: 1x1 convolution of 2 to 3 channels on 4x4 pixels, ReLU, pooling, and a linear layer of 3 to 2
/// with biases.
/// </summary>
public sealed class OfficialOperationsTests
{
    private const long Layers = (2 * 3 * 16) + (3 * 2) + 2;
    private const long Relu = 3 * 16;
    private const long Pool = 3 * 16;

    [Theory]
    [InlineData(false, false, Layers + Relu + Pool)]
    [InlineData(true, false, Layers + Pool)]
    [InlineData(false, true, Layers + Relu)]
    [InlineData(true, true, Layers)]
    public void What_is_called_as_a_function_does_not_count_whatever_its_name(bool relu, bool pool, long operations)
    {
        var g = new GraphBuilder("counted");
        var x = g.Conv2d("conv", g.Input("input", 2, 4, 4), 3, 1);
        x = g.Activation("relu.out", x, ActivationKind.Relu);
        x = relu ? g.AsFunction(x) : x;
        x = g.AdaptiveAveragePool2d("pool", x, 1);
        x = pool ? g.AsFunction(x) : x;
        var coupling = CouplingGraph.Build(g.Build(g.Linear("fc", g.Flatten("flat", x), 2)));

        Assert.Equal(operations, OfficialOperations.Constraint(coupling).Total);
    }
}
