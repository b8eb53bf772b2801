using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>ParameterValue and Embedding.</summary>
[NoTensorLeaks]
public sealed class TokenTests
{
    [Fact]
    public void A_parameter_is_a_value_of_its_own_shape_or_follows_a_batch()
    {
        Assert.Equal([1, 5, 2], Probe.Shapes(new ParameterValue(), [], [1, 5, 2]).Output.ToArray());
        Assert.Equal([1, 5, 2], Probe.Shapes(new ParameterValue(AddsBatch: true), [], [5, 2]).Output.ToArray());
        Assert.Equal([4, 5, 2], Probe.Shapes(new ParameterValue(), [[4, 7]], [1, 5, 2]).Output.ToArray());
        Assert.Equal(
            "Node 'node': parameter [5, 2] must begin with a batch of 1.",
            Probe.Error(new ParameterValue(), [], [5, 2]));
        Assert.Equal(
            "Node 'node': it takes one parameter and at most one input.",
            Probe.Error(new ParameterValue(), []));
    }

    [Fact]
    public void The_value_is_the_parameter_once_or_for_each_sample()
    {
        Assert.Equal([1f, 2], Probe.Run(new ParameterValue(), [], ([1, 2], [1, 1, 2])));
        Assert.Equal([1f, 2], Probe.Run(new ParameterValue(AddsBatch: true), [], ([1, 2], [1, 2])));
        Assert.Equal([1f, 2, 1, 2, 1, 2], Probe.Run(new ParameterValue(), [([7, 8, 9], [3, 1])], ([1, 2], [1, 1, 2])));
    }

    [Fact]
    public void The_parameters_channels_are_the_values_and_the_followed_value_is_free()
    {
        var op = new ParameterValue();
        var coupling = Probe.Couple(op, Probe.Shapes(op, [[1, 7]], [1, 1, 2]));
        Assert.Equal(new HashSet<string> { "out.1[0]~p0.1[0]", "out.2[0]~p0.2[0]", "out.2[1]~p0.2[1]" }, coupling.Ties);
        Assert.Equal([Axis.Input(0, 0), Axis.Input(0, 1)], coupling.Freed);
        op = new ParameterValue(AddsBatch: true);
        coupling = Probe.Couple(op, Probe.Shapes(op, [], [1, 2]));
        Assert.Equal(new HashSet<string> { "out.1[0]~p0.0[0]", "out.2[0]~p0.1[0]", "out.2[1]~p0.1[1]" }, coupling.Ties);
    }

    [Fact]
    public void An_embedding_takes_rows_by_whole_numbers_of_any_type()
    {
        var op = new Embedding();
        using var table = Tensor.FromArray<float>([1, 2, 3, 4, 5, 6], [3, 2]);
        using var whole = Tensor.FromArray<long>([2, 0], [1, 2]);
        using var floating = Tensor.FromArray<float>([2, 0], [1, 2]);
        foreach (var indices in new[] { whole, floating })
        {
            using var output = op.Run(new([indices], [table], training: false, inPlace: false));
            Assert.Equal([1, 2, 2], output.Shape.ToArray());
            Assert.Equal([5f, 6, 1, 2], output.ToArray<float>());
        }
    }

    [Fact]
    public void The_columns_of_an_embedding_are_channels_its_rows_are_not()
    {
        var op = new Embedding();
        var shapes = Probe.Shapes(op, [[1, 2]], [3, 2]);
        Assert.Equal([1, 2, 2], shapes.Output.ToArray());
        var coupling = Probe.Couple(op, shapes);
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]", "out.2[0]~p0.1[0]", "out.2[1]~p0.1[1]",
            },
            coupling.Ties);
        Assert.Equal([(Axis.Parameter(0, 0), "vocabulary")], coupling.Frozen);
        Assert.Equal(0, Probe.Macs(op, shapes));
        Assert.Equal("Node 'node': weight [3] must have 2 dimensions.", Probe.Error(op, [[1, 2]], [3]));
    }

    [Fact]
    public void A_class_token_is_joined_and_a_position_embedding_added_for_any_batch()
    {
        var g = new GraphBuilder("tokens");
        var x = g.Input("input", 2, 1);
        var token = g.Parameter("class_token", [1, 1, 1], Initialization.Constant(10), follows: x);
        var graph = g.Build(g.AddParameter("position", g.Concat("tokens", 1, token, x), Initialization.Constant(0.5)));
        Assert.Equal(["class_token", "position"], graph.Parameters.Select(spec => spec.Name));
        Assert.Equal([1, 3, 1], graph.Parameter("position").Shape.ToArray());
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var batch = Tensor.FromArray<float>([1, 2, 3, 4], [2, 2, 1]);
        using var output = new Executor(graph, parameters).Forward(batch, training: true);
        Assert.Equal([10.5f, 1.5f, 2.5f, 10.5f, 3.5f, 4.5f], output.ToArray<float>());
        using var sum = Aten.Sum(output);
        Autograd.Backward(sum);
        using var gradient = parameters["position"].GetGradient()!;
        Assert.Equal([2f, 2, 2], gradient.ToArray<float>());
    }
}
