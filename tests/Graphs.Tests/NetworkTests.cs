using Ocs.Torch;

namespace Ocs.Graphs.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class NetworkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_computes_what_an_executor_computes(bool training)
    {
        using var network = Network.Initialize(Networks.Residual(), seed: 3);
        using var images = Images();
        using var copy = network.Parameters.Clone(network.Graph);
        using var expected = new Executor(network.Graph, copy).Forward(images, training);

        using var actual = network.Forward(images, training);

        Assert.Equal([2L, 3L], actual.Shape.ToArray());
        Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        Assert.Equal(training ? 1L : 0L, network.Parameters["bn.num_batches_tracked"].Item<long>());
    }

    [Fact]
    public void Its_graph_says_what_it_costs_and_its_record_what_was_cut()
    {
        var record = new PruningRecord
        {
            OriginalModel = "whole",
            Groups = [],
            MacsBefore = 2,
            MacsAfter = 1,
            ParametersBefore = 2,
            ParametersAfter = 1,
            Target = 0.5,
        };
        var graph = Networks.Residual();
        using var network = new Network(graph, ParameterTable.Initialize(graph, seed: 0), record);

        // Two convolutions 3x3 over 4x4 pixels, 2 to 4 and 4 to 4 channels, and a linear layer of 4 to 3.
        Assert.Equal(9 * 16 * ((2 * 4) + (4 * 4)) + 12, network.Macs);
        Assert.Equal(9 * ((2 * 4) + (4 * 4)) + 4 + 8 + 15, network.ParameterCount);
        Assert.Same(record, network.Record);
        using var same = network.To(Device.Cpu);
        Assert.Same(record, same.Record);
    }

    [Fact]
    public void A_copy_on_the_same_device_shares_values_and_trains_alone()
    {
        using var network = Network.Initialize(Networks.Residual(), seed: 3);
        using var other = network.To(Device.Cpu);
        using var images = Images();
        using var expected = network.Forward(images);
        using var loss = Aten.Sum(expected);
        Autograd.Backward(loss);
        using var actual = other.Forward(images);

        Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        Assert.Equal(network.Parameters.Names, other.Parameters.Names);
        Assert.Equal(network.Parameters.Trainable, other.Parameters.Trainable);
        Assert.All(other.Parameters.Trainable, name => Assert.True(other.Parameters[name].RequiresGrad));
        using var gradient = other.Parameters["fc.weight"].GetGradient();
        Assert.Null(gradient);
        network.Parameters.ClearGradients();
    }

    [Fact]
    public void Several_inputs_are_given_in_their_order_and_every_output_comes_back()
    {
        var g = new GraphBuilder("two");
        var (x, y) = (g.Input("x", 2), g.Input("y", 2));
        var sum = g.Add("sum", x, y);
        using var network = Network.Initialize(g.Build(sum, g.Relu("relu", sum)));
        using var left = Tensor.FromArray([-3f, 3], [1, 2]);
        using var right = Tensor.FromArray([1f, 4], [1, 2]);

        var outputs = network.ForwardAll([left, right]);
        using var first = network.Forward([left, right]);

        Assert.Equal([[-2, 7], [0, 7]], outputs.Select(output => output.ToArray<float>()));
        Assert.Equal([-2, 7], first.ToArray<float>());
        outputs.ToList().ForEach(output => output.Dispose());
        Assert.StartsWith(
            "two takes 2 inputs (x, y), but 1 were given: give a batch for each.",
            Assert.Throws<ArgumentException>(() => network.Forward(left)).Message,
            StringComparison.Ordinal);
    }

    private static Tensor Images() => Tensor.FromArray(
        [.. Enumerable.Range(0, 2 * 2 * 16).Select(index => MathF.Sin(index))], [2, 2, 4, 4]);
}
