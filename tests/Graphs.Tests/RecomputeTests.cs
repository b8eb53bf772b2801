using Ocs.Torch;

namespace Ocs.Graphs.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class RecomputeTests
{
    [Fact]
    public void Outputs_and_statistics_are_equal_and_gradients_agree() => Properties.HoldForRandomGraphs(60, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        using var copy = parameters.Clone(graph);
        using var batch = random.Batch(graph);

        var kept = Step(graph, parameters, batch, recompute: false);
        var recomputed = Step(graph, copy, batch, recompute: true);

        Assert.Equal(kept.Output, recomputed.Output);
        foreach (var (name, numbers) in kept.Parameters)
        {
            Assert.True(
                numbers.SequenceEqual(recomputed.Parameters[name]),
                $"{name}: {string.Join(", ", numbers)} / {string.Join(", ", recomputed.Parameters[name])}");
        }

        Assert.Equal(kept.Random, recomputed.Random);
        foreach (var (name, gradient) in kept.Gradients)
        {
            AssertClose(gradient, recomputed.Gradients[name]);
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dropout_drops_the_same_numbers_both_times(bool own)
    {
        var graph = Deep(12, dropout: 0.5);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var copy = parameters.Clone(graph);
        using var batch = Tensor.FromArray(Enumerable.Range(0, 40).Select(i => (i % 7) - 3f).ToArray(), [5, 8]);

        var kept = Step(graph, parameters, batch, recompute: false, own);
        var recomputed = Step(graph, copy, batch, recompute: true, own);

        Assert.Equal(kept.Gradients, recomputed.Gradients);
        Assert.Equal(kept.Random, recomputed.Random);
    }

    [Fact]
    public void Precision_is_that_of_the_forward_pass()
    {
        var graph = Deep(9, dropout: 0);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var copy = parameters.Clone(graph);
        using var batch = Tensor.FromArray(Enumerable.Range(0, 40).Select(i => (i % 7) - 3f).ToArray(), [5, 8]);

        var kept = Step(graph, parameters, batch, recompute: false, autocast: DType.BFloat16);
        var recomputed = Step(graph, copy, batch, recompute: true, autocast: DType.BFloat16);
        var wide = Step(graph, copy, batch, recompute: true);

        Assert.Equal(kept.Gradients, recomputed.Gradients);
        Assert.NotEqual(wide.Gradients["layer0.weight"], recomputed.Gradients["layer0.weight"]);
    }

    [Fact]
    public void A_chain_is_divided_so_that_little_is_kept_at_once()
    {
        var graph = Deep(64, dropout: 0);
        var stretches = Stretch.Of(graph);

        // 64 layers and their activations: 128 values, of which about 2 sqrt(128) are alive.
        var largest = stretches.Max(stretch => stretch.End - stretch.First);
        Assert.InRange(largest + stretches.Length, 20, 30);
        Assert.Equal(graph.Nodes.Length, stretches[^1].End);
        Assert.All(stretches.Zip(stretches.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.First));
        Assert.All(stretches, stretch => Assert.Single(stretch.Inputs));
        Assert.All(stretches, stretch => Assert.Single(stretch.Outputs));
    }

    [Fact]
    public void A_node_that_fails_in_backward_is_named()
    {
        var graph = Deep(8, dropout: 0);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var batch = Tensor.FromArray(new float[40], [5, 8]);
        using var loss = Loss(new Executor(graph, parameters) { Recompute = true }, batch, null);
        parameters.Replace("layer1.weight", Tensor.Zeros([2, 2]));

        var error = Assert.Throws<TorchException>(() => Autograd.Backward(loss));

        Assert.Contains("Node 'layer1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_autograd_values_are_computed_once()
    {
        var graph = Deep(8, dropout: 0);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var batch = Tensor.FromArray(new float[40], [5, 8]);
        using var _ = Autograd.NoGrad();
        using var output = new Executor(graph, parameters) { Recompute = true }.Forward(batch, training: true);
        Assert.False(output.RequiresGrad);
    }

    private static Graph Deep(int layers, double dropout)
    {
        var g = new GraphBuilder("deep");
        var x = g.Input("input", 8);
        for (var i = 0; i < layers; i++)
        {
            x = g.Relu($"relu{i}", g.Linear($"layer{i}", x, 8));
            x = dropout > 0 ? g.Dropout($"drop{i}", x, dropout) : x;
        }

        return g.Build(x);
    }

    private static Result Step(
        Graph graph, ParameterTable parameters, Tensor batch, bool recompute, bool own = true, DType? autocast = null)
    {
        using var generator = new Generator(9);
        TorchRuntime.Seed(9);
        var executor = new Executor(graph, parameters)
        {
            Generator = own ? generator : null,
            Recompute = recompute,
        };
        float[] output;
        using (var loss = Loss(executor, batch, autocast))
        {
            Autograd.Backward(loss);
            output = Numbers(loss);
        }

        var gradients = parameters.Trainable.ToDictionary(name => name, name =>
        {
            using var gradient = parameters[name].GetGradient();
            return gradient?.ToArray<float>() ?? [];
        });
        parameters.ClearGradients();
        return new(
            output, gradients, parameters.Names.ToDictionary(name => name, name => Numbers(parameters[name])),
            own ? generator.GetState() : TorchRuntime.GetRngState());
    }

    private static float[] Numbers(Tensor parameter)
    {
        using var detached = parameter.Detach();
        using var wide = detached.To(DType.Float32);
        return wide.ToArray<float>();
    }

    private static Tensor Loss(Executor executor, Tensor batch, DType? autocast)
    {
        using var _ = Autocast.To(autocast);
        using var output = executor.Forward(batch, training: true);
        using var square = Aten.Mul(output, output);
        return Aten.Sum(square);
    }

    // Gradients of a value that several stretches read are summed in another order.
    private static void AssertClose(float[] expected, float[] actual)
    {
        var scale = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair =>
            Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-5 * scale));
    }

    private sealed record Result(
        float[] Output, Dictionary<string, float[]> Gradients, Dictionary<string, float[]> Parameters, byte[] Random);
}
