using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>An operator says that it draws random numbers exactly where two steps in training differ.</summary>
[NoTensorLeaks]
public sealed class DrawingTests
{
    public static TheoryData<Operator> Operators =>
        [new Dropout(0.5), new Dropout2d(0.5), new StochasticDepth(0.5), new Activation(ActivationKind.Relu),
            new Flatten(), new Softmax(1)];

    [Theory]
    [MemberData(nameof(Operators))]
    public void It_draws_where_two_steps_differ(Operator op)
    {
        var g = new GraphBuilder("drawing");
        var graph = g.Build(g.Add("node", op, [g.Input("input", 64, 4, 4)], []));
        using var network = Network.Initialize(graph);
        using var ones = Tensor.Ones([32, 64, 4, 4]);
        using var first = network.Forward(ones, training: true);
        using var second = network.Forward(ones, training: true);

        Assert.Equal(op.DrawsRandomNumbers, !first.ToArray<float>().SequenceEqual(second.ToArray<float>()));
    }
}
