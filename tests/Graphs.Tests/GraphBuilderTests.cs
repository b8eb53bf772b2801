using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests;

/// <summary>What the builder adds to single operators: parts, repeated channels, layers that are used twice.</summary>
[NoTensorLeaks]
public sealed class GraphBuilderTests
{
    [Theory]
    [InlineData(6, 3, new[] { 2L, 2, 2 })]
    [InlineData(7, 3, new[] { 3L, 3, 1 })]
    [InlineData(6, 4, new[] { 2L, 2, 2 })]
    [InlineData(2, 5, new[] { 1L, 1 })]
    public void Chunks_are_equal_but_for_the_last(int channels, int count, long[] sizes)
    {
        var g = new GraphBuilder("chunk");
        var parts = g.Chunk("parts", g.Input("input", channels, 1, 1), 1, count);
        Assert.Equal(sizes, parts.Select(part => g.ShapeOf(part)[1]));
        var graph = g.Build(g.Concat("whole", 1, [.. parts]));
        Assert.Equal(
            Enumerable.Range(0, sizes.Length).Select(i => $"parts.{i}"),
            graph.Nodes.Skip(1).SkipLast(1).Select(node => node.Name));
        Assert.Equal(channels, graph.Nodes[^1].Shape[1]);
    }

    [Fact]
    public void Repeated_channels_come_round_after_round()
    {
        var g = new GraphBuilder("repeat");
        var graph = g.Build(g.RepeatChannels("twice", g.Input("input", 3, 1, 1), 2));
        Assert.Equal([0, 1, 2, 0, 1, 2], Assert.IsType<SelectChannels>(graph.Nodes[1].Operator).Indices.ToArray());
    }

    [Fact]
    public void A_shared_layer_has_its_parameters_once_and_its_macs_each_time()
    {
        var graph = Shared();
        Assert.Equal(["conv.weight", "conv.bias"], graph.Parameters.Select(spec => spec.Name));
        Assert.Equal(2 * 2 * 9 + 2, graph.ParameterCount);
        Assert.Equal(2 * (2 * 2 * 9 * 16), graph.Macs);
        Assert.Equal(graph.Nodes[1].Parameters.AsEnumerable(), graph.Nodes[2].Parameters);
    }

    [Fact]
    public void Gradients_of_a_shared_layer_are_summed()
    {
        var g = new GraphBuilder("line");
        var first = g.Linear("fc", g.Input("input", 1), 1, Initialization.Constant(3));
        var graph = g.Build(g.Share("again", first, first));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var x = Tensor.FromArray<float>([2], [1, 1]);
        using var y = new Executor(graph, parameters).Forward(x, training: true);
        // w (w x + b) + b at w = 3, b = 0, x = 2: 18, by w 2 w x = 12, by b w + 1 = 4.
        Assert.Equal([18f], y.ToArray<float>());
        using var sum = Aten.Sum(y);
        Autograd.Backward(sum);
        using var byWeight = parameters["fc.weight"].GetGradient()!;
        using var byBias = parameters["fc.bias"].GetGradient()!;
        Assert.Equal((12f, 4f), (byWeight.Item<float>(), byBias.Item<float>()));
    }

    [Fact]
    public void Two_parameters_of_one_name_that_differ_are_an_error()
    {
        var g = new GraphBuilder("twice");
        var x = g.Linear("fc", g.Input("input", 2), 2);
        x = g.Add(
            "other", new Linear(), [x], [new("fc.weight", [2, 2], ParameterRole.Weight, Initialization.Constant(0))]);
        Assert.Equal(
            "Network 'twice' has two parameters named 'fc.weight'.",
            Assert.Throws<OcsInputException>(() => g.Build(x)).Message);
    }

    private static Graph Shared()
    {
        var g = new GraphBuilder("shared");
        var first = g.Conv2d("conv", g.Input("input", 2, 4, 4), 2, 3, padding: 1, bias: true);
        return g.Build(g.Share("again", first, first));
    }
}
