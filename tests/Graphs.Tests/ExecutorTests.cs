using System.Collections.Immutable;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class ExecutorTests
{
    [Theory]
    [InlineData(MemoryFormat.Contiguous)]
    [InlineData(MemoryFormat.ChannelsLast)]
    public void It_computes_what_the_nodes_compute_one_by_one(MemoryFormat format) =>
        Properties.HoldForRandomGraphs(80, random =>
    {
        // The reference overwrites nothing and keeps every value, so an overwritten value that is still needed shows.
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph);
        using var copy = parameters.Clone(graph);
        foreach (var training in new[] { false, true })
        {
            TorchRuntime.Seed(5);
            using var expected = NodeByNode(graph, copy, batch, training);
            TorchRuntime.Seed(5);
            using var actual = new Executor(graph, parameters, format).Forward(batch, training);
            // In training norms sum in another order, and norms of few values magnify that.
            Tensors.AssertClose(expected, actual, training || format == MemoryFormat.ChannelsLast ? 1e-4 : 1e-6);
        }
    });

    [Fact]
    public void Every_output_is_given_once_and_in_order()
    {
        var g = new GraphBuilder("two");
        var x = g.Input("x", 2);
        var relu = g.Activation("relu", x, ActivationKind.Relu);
        var sum = g.Add("sum", x, relu);
        var graph = g.Build(sum, relu, sum);
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var batch = Tensor.FromArray([-1f, 3], [1, 2]);

        var outputs = new Executor(graph, parameters).ForwardAll([batch], training: false);

        Assert.Equal(2, outputs.Count);
        Assert.Equal([-1, 6], outputs[0].ToArray<float>());
        Assert.Equal([0, 3], outputs[1].ToArray<float>());
        outputs.ToList().ForEach(output => output.Dispose());
    }

    [Theory]
    [InlineData(MemoryFormat.Contiguous)]
    [InlineData(MemoryFormat.ChannelsLast)]
    public void Gradients_are_those_of_the_nodes_one_by_one(MemoryFormat format) =>
        Properties.HoldForRandomGraphs(40, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph);
        using var copy = parameters.Clone(graph);
        TorchRuntime.Seed(5);
        using (var expected = NodeByNode(graph, copy, batch, training: true))
        {
            BackwardOfSquares(expected);
        }

        TorchRuntime.Seed(5);
        using (var actual = new Executor(graph, parameters, format).Forward(batch, training: true))
        {
            BackwardOfSquares(actual);
        }

        // Some gradients are zero but for rounding (a bias before a norm), so the scale is that of the largest.
        var (expectedAll, actualAll) = (new List<float>(), new List<float>());
        foreach (var name in parameters.Trainable)
        {
            using var expected = copy[name].GetGradient();
            using var actual = parameters[name].GetGradient();
            Assert.Equal(expected is null, actual is null);
            if (expected is not null)
            {
                expectedAll.AddRange(expected.ToArray<float>());
                actualAll.AddRange(actual!.ToArray<float>());
            }
        }

        Tensors.AssertClose(expectedAll, actualAll, 1e-4);
    });

    [Fact]
    public void Both_layouts_give_equal_outputs() => Properties.HoldForRandomGraphs(40, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph);
        var executor = new Executor(graph, parameters);
        using var expected = executor.Forward(batch, training: false);
        executor.Lay(MemoryFormat.ChannelsLast);
        using var actual = executor.Forward(batch, training: false);
        Tensors.AssertClose(expected, actual, 1e-4);
    });

    [Fact]
    public void Setting_the_layout_converts_the_weights_and_keeps_them_trainable()
    {
        var g = new GraphBuilder("network");
        var x = g.Conv2d("conv", g.Input("input", 3, 8, 8), 4, kernel: 3, padding: 1);
        var graph = g.Build(g.Conv2d("few", g.AveragePool2d("pool", x, 2), 4, kernel: 3, padding: 1));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var before = parameters["conv.weight"].ToArray<float>();
        var executor = new Executor(graph, parameters, MemoryFormat.ChannelsLast);
        Assert.Equal(MemoryFormat.ChannelsLast, executor.MemoryFormat);
        Assert.True(parameters["conv.weight"].IsContiguous(MemoryFormat.ChannelsLast));
        Assert.False(parameters["conv.weight"].IsContiguous());
        // Over few pixels contiguous weights are faster.
        Assert.True(parameters["few.weight"].IsContiguous());
        Assert.True(parameters["conv.weight"].RequiresGrad);
        Assert.Equal(before, parameters["conv.weight"].ToArray<float>());
    }

    [Fact]
    public void A_value_that_is_read_twice_is_never_overwritten()
    {
        // add = bn + relu(bn): overwriting bn by its relu would give 2 relu(bn).
        var g = new GraphBuilder("twice");
        var norm = g.BatchNorm2d("bn", g.Input("input", 1, 1, 2));
        var graph = g.Build(g.Add("add", norm, g.Relu("relu", norm)));
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var input = Tensor.FromArray<float>([-3, 2], [1, 1, 1, 2]);
        using var _ = Autograd.NoGrad();
        using var output = new Executor(graph, parameters).Forward(input, training: false);
        Tensors.AssertClose([-3, 4], output.ToArray<float>());
        Assert.Equal([-3f, 2f], input.ToArray<float>());
    }

    [Fact]
    public void The_batch_may_have_any_size_and_is_left_as_it_is()
    {
        var graph = Networks.Residual();
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        using var _ = Autograd.NoGrad();
        var values = new Dice(3).Floats(5 * 32, -1, 1);
        using var five = Tensor.FromArray<float>(values, [5, 2, 4, 4]);
        using var last = Tensor.FromArray<float>(values[(4 * 32)..], [1, 2, 4, 4]);
        var executor = new Executor(graph, parameters);
        using var all = executor.Forward(five, training: false);
        using var one = executor.Forward(last, training: false);
        Assert.Equal([5, 3], all.Shape.ToArray());
        Tensors.AssertClose(all.ToArray<float>()[12..], one.ToArray<float>());
        Assert.Equal(values, five.ToArray<float>());
    }

    [Fact]
    public void Intermediates_are_released_after_their_last_use()
    {
        // A chain of 20 norms without gradients: never more than its input, a value and its successor.
        var g = new GraphBuilder("chain");
        var x = g.Input("input", 1, 2, 2);
        var counter = new CountingOperator();
        for (var i = 0; i < 20; i++)
        {
            x = g.Add($"count{i}", counter, [x], []);
        }

        var graph = g.Build(x);
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var input = Tensor.Ones([1, 1, 2, 2]);
        var before = TorchRuntime.LiveTensors;
        using (Autograd.NoGrad())
        using (new Executor(graph, parameters).Forward(input, training: false))
        {
            Assert.Equal(before + 1, TorchRuntime.LiveTensors);
        }

        Assert.Equal(before, TorchRuntime.LiveTensors);
        Assert.Equal(20, counter.Seen.Count);
        Assert.All(counter.Seen, live => Assert.InRange(live - before, 1, 2));
    }

    [Fact]
    public void An_error_of_libtorch_names_the_node_and_releases_everything()
    {
        var g = new GraphBuilder("bad");
        var x = g.Relu("fine", g.Input("input", 1, 4, 4));
        var graph = g.Build(g.MaxPool2d("pool", x, 2, stride: 1, padding: 2));
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        using var input = Tensor.Ones([1, 1, 4, 4]);
        var before = TorchRuntime.LiveTensors;
        var error = Assert.Throws<TorchException>(
            () => new Executor(graph, parameters).Forward(input, training: false).Dispose());
        Assert.StartsWith("Node 'pool': ", error.Message, StringComparison.Ordinal);
        Assert.Contains("max_pool2d", error.Message, StringComparison.Ordinal);
        Assert.IsType<TorchException>(error.InnerException);
        Assert.Equal(before, TorchRuntime.LiveTensors);
    }

    [Fact]
    public void Two_hundred_training_steps_leave_no_tensor_behind()
    {
        var graph = Networks.Residual();
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var executor = new Executor(graph, parameters);
        using var images = Tensor.FromArray<float>(new Dice(4).Floats(8 * 32, -1, 1), [8, 2, 4, 4]);
        using var labels = Tensor.FromArray<long>([0, 1, 2, 0, 1, 2, 0, 1], [8]);
        var before = TorchRuntime.LiveTensors;
        var losses = new List<double>();
        for (var step = 0; step < 200; step++)
        {
            using (var logits = executor.Forward(images, training: true))
            using (var loss = Aten.CrossEntropy(logits, labels))
            {
                losses.Add(loss.Item<double>());
                Autograd.Backward(loss);
            }

            using var _ = Autograd.NoGrad();
            foreach (var name in parameters.Trainable)
            {
                using var gradient = parameters[name].GetGradient();
                Aten.AddInPlace(parameters[name], gradient!, -0.1);
            }

            parameters.ClearGradients();
        }

        Assert.Equal(before, TorchRuntime.LiveTensors);
        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} -> {losses[^1]}");
    }

    private static Tensor NodeByNode(Graph graph, ParameterTable parameters, Tensor batch, bool training)
    {
        var values = new List<Tensor>();
        foreach (var node in graph.Nodes)
        {
            values.Add(node.Operator is Input
                ? batch.Alias()
                : node.Operator.Run(new(
                    [.. node.Inputs.Select(input => values[input])],
                    [.. node.Parameters.Select(name => parameters[name])],
                    training,
                    inPlace: false)));
        }

        var output = values[graph.Outputs[0]].Alias();
        values.ForEach(value => value.Dispose());
        return output;
    }

    private static void BackwardOfSquares(Tensor output)
    {
        using var squares = Aten.Square(output);
        using var loss = Aten.Mean(squares);
        Autograd.Backward(loss);
    }

    /// <summary>Adds 1, and notes how many tensors live when it runs.</summary>
    private sealed record CountingOperator : Operator
    {
        public List<long> Seen { get; } = [];

        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context)
        {
            Seen.Add(TorchRuntime.LiveTensors);
            return Aten.Add(context.Input, 1.0);
        }

        public override void Couple(ICoupling coupling) => TieElementwise(coupling);
    }
}
