using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Passes;

[NoTensorLeaks]
public sealed class BatchNormFoldingTests
{
    [Fact]
    public void Weights_are_scaled_and_biases_moved()
    {
        var g = new GraphBuilder("one");
        var graph = g.Build(g.BatchNorm2d("norm", g.Conv2d("conv", g.Input("input", 1, 2, 2), 1, 1), epsilon: 1));
        using var parameters = ParameterTable.FromTensors(graph, new Dictionary<string, Tensor>
        {
            ["conv.weight"] = Tensor.FromArray<float>([3], [1, 1, 1, 1]),
            ["norm.weight"] = Tensor.FromArray<float>([4], [1]),
            ["norm.bias"] = Tensor.FromArray<float>([5], [1]),
            ["norm.running_mean"] = Tensor.FromArray<float>([1], [1]),
            ["norm.running_var"] = Tensor.FromArray<float>([3], [1]),
            ["norm.num_batches_tracked"] = Tensor.FromArray<long>([7], []),
        });
        var (folded, weights) = BatchNormFolding.Fold(graph, parameters);
        using (weights)
        {
            // s = 4 / sqrt(3 + 1) = 2: the weight is 3 s, the bias (0 - 1) s + 5.
            Assert.Equal(["input", "conv"], folded.Nodes.Select(node => node.Name));
            Assert.Equal(["conv.weight", "conv.bias"], weights.Names);
            Assert.Equal([6f], weights["conv.weight"].ToArray<float>());
            Assert.Equal([3f], weights["conv.bias"].ToArray<float>());
            Assert.Equal([3f], parameters["conv.weight"].ToArray<float>());
        }
    }

    [Fact]
    public void What_a_norm_follows_takes_it_in()
    {
        foreach (var (name, layers) in Foldable())
        {
            var g = new GraphBuilder(name);
            var graph = g.Build(g.BatchNorm2d("norm", layers(g, g.Input("input", 4, 3, 5))));
            Assert.DoesNotContain(AssertSame(graph).Nodes, node => node.Operator is BatchNorm2d);
        }
    }

    [Fact]
    public void What_something_else_reads_too_stays()
    {
        foreach (var (name, network) in Unfoldable())
        {
            var g = new GraphBuilder(name);
            var graph = network(g, g.Conv2d("conv", g.Input("input", 4, 3, 5), 4, 1, bias: true));
            Assert.Equal(graph.ToString(), AssertSame(graph).ToString());
        }
    }

    [Fact]
    public void Random_networks_compute_the_same() => Properties.HoldForRandomGraphs(60, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        using var input = random.Batch(graph);
        AssertSame(graph, parameters, input);
    });

    [Fact]
    public void A_name_that_a_parameter_has_is_not_given_to_the_new_bias()
    {
        var g = new GraphBuilder("clash");
        var x = g.BatchNorm2d("norm", g.Conv2d("conv", g.Input("input", 4, 3, 5), 4, 1));
        var graph = g.Build(g.Add("sum", x, g.Parameter("conv.bias", [1, 4, 3, 5], Initialization.Normal(1))));
        Assert.True(AssertSame(graph).HasParameter("conv.bias_folded"));
    }

    private static IEnumerable<(string Name, Func<GraphBuilder, Value, Value> Layers)> Foldable() =>
    [
        ("convolution", (g, x) => g.Conv2d("layer", x, 6, 3, bias: true)),
        ("groups", (g, x) => g.Conv2d("layer", x, 8, 3, groups: 4)),
        ("transposed", (g, x) => g.ConvTranspose2d("layer", x, 6, 2, groups: 2)),
        ("transposed without bias", (g, x) => g.ConvTranspose2d("layer", x, 3, 2, bias: false)),
        ("linear", (g, x) => g.Reshape("image", g.Linear("layer", g.Flatten("flat", x), 6), [1, 6, 1, 1])),
        ("norm", (g, x) => g.BatchNorm2d("first", g.Conv2d("layer", x, 6, 3))),
    ];

    private static IEnumerable<(string Name, Func<GraphBuilder, Value, Graph> Network)> Unfoldable() =>
    [
        ("residual sum", (g, x) => g.Build(g.Add("sum", g.BatchNorm2d("norm", x), x))),
        ("output", (g, x) => g.Build(g.BatchNorm2d("norm", x), x)),
        ("activation", (g, x) => g.Build(g.BatchNorm2d("norm", g.Relu("act", x)))),
        ("shared weights", (g, x) => g.Build(g.BatchNorm2d("norm", g.Share("again", x, g.Relu("act", x))))),
        ("patches", (g, x) => g.Build(g.BatchNorm2d("norm", g.Reshape("rows", x, [1, 12, 5, 1])))),
        ("features", (g, x) => g.Build(g.BatchNorm2d("norm", g.Linear("linear", x, 5)))),
    ];

    private static Graph AssertSame(Graph graph)
    {
        var dice = new Dice(3);
        using var parameters = ParameterTable.FromTensors(graph, graph.Parameters.ToDictionary(
            spec => spec.Name,
            spec => spec.Role == ParameterRole.Counter
                ? Tensor.FromArray<long>([7], [])
                : Tensor.FromArray<float>(dice.Floats(spec.ElementCount, 0.5, 1.5), spec.Shape.AsSpan())));
        using var input = Tensor.FromArray<float>(dice.Floats(2 * 4 * 3 * 5, -1, 1), [2, 4, 3, 5]);
        return AssertSame(graph, parameters, input);
    }

    private static Graph AssertSame(Graph graph, ParameterTable parameters, Tensor input)
    {
        using var noGradients = Autograd.NoGrad();
        var (folded, weights) = BatchNormFolding.Fold(graph, parameters);
        using (weights)
        {
            using var expected = new Executor(graph, parameters).Forward(input, training: false);
            using var actual = new Executor(folded, weights).Forward(input, training: false);
            Tensors.AssertClose(expected, actual);
        }

        return folded;
    }
}
