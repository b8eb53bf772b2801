using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Input, Flatten and Dropout.</summary>
[NoTensorLeaks]
public sealed class ShapeTests
{
    [Fact]
    public void An_input_states_a_positive_shape_with_a_batch_of_one()
    {
        const string Sentence = "Node 'node': an input's shape must be positive and begin with a batch of 1.";
        Assert.Equal([1, 3, 8, 8], Probe.Shapes(new Input([1, 3, 8, 8]), []).Output.ToArray());
        Assert.Equal(Sentence, Probe.Error(new Input([2, 3, 8, 8]), []));
        Assert.Equal(Sentence, Probe.Error(new Input([1, 0, 8, 8]), []));
        Assert.Equal(Sentence, Probe.Error(new Input(default), []));
        Assert.Equal("Node 'node': it takes 0 input(s), but has 1.", Probe.Error(new Input([1, 3]), [[1, 3]]));
    }

    [Fact]
    public void An_input_remembers_one_mean_and_one_positive_deviation_a_channel()
    {
        const string Sentence =
            "Node 'node': an input's normalization has one mean and one positive deviation a channel.";
        var op = new Input([1, 2, 8, 8]) { Mean = [0.5f, -0.5f], StandardDeviation = [1, 2] };
        Assert.Equal([1, 2, 8, 8], Probe.Shapes(op, []).Output.ToArray());
        Assert.Equal(Sentence, Probe.Error(op with { Mean = [] }, []));
        Assert.Equal(Sentence, Probe.Error(op with { Mean = default }, []));
        Assert.Equal(Sentence, Probe.Error(op with { Mean = [0.5f] }, []));
        Assert.Equal(Sentence, Probe.Error(op with { Mean = [float.NaN, 0] }, []));
        Assert.Equal(Sentence, Probe.Error(op with { StandardDeviation = [1, 0] }, []));
    }

    [Fact]
    public void An_input_is_frozen_in_every_dimension()
    {
        var op = new Input([1, 3, 8, 8]);
        var coupling = Probe.Couple(op, Probe.Shapes(op, []));
        Assert.Empty(coupling.Ties);
        Assert.Equal(
            Enumerable.Range(0, 4).Select(dimension => (Axis.Output(dimension), "input of the network")),
            coupling.Frozen);
    }

    [Fact]
    public void Flatten_joins_all_but_the_batch_channel_by_channel()
    {
        var op = new Flatten();
        var shapes = Probe.Shapes(op, [[1, 2, 1, 3]]);
        Assert.Equal([1, 6], shapes.Output.ToArray());
        Assert.Equal([1f, 2, 3, 4, 5, 6], Probe.Run(op, [([1, 2, 3, 4, 5, 6], [1, 2, 1, 3])]));
        Assert.Equal(
            new HashSet<string>
            {
                "in0.1[0]~out.1[0]", "in0.1[0]~out.1[1]", "in0.1[0]~out.1[2]", "in0.1[1]~out.1[3]",
                "in0.1[1]~out.1[4]", "in0.1[1]~out.1[5]",
            },
            Probe.Couple(op, shapes).Ties);
        Assert.Equal(0, Probe.Macs(op, shapes));
        Assert.Equal(op, op.Cut(new FakeCut(shapes, (Axis.Input(0, 1), [1]))));
    }

    [Fact]
    public void Dropout_acts_in_training_only_and_keeps_the_mean()
    {
        TorchRuntime.Seed(1);
        var ones = Enumerable.Repeat(1f, 10_000).ToArray();
        Assert.Equal(ones, Probe.Run(new Dropout(0.25), [(ones, [1, 10_000])]));
        var dropped = Probe.Run(new Dropout(0.25), training: true, [(ones, [1, 10_000])]);
        Assert.All(dropped, value => Assert.True(value == 0 || Math.Abs(value - 4f / 3) < 1e-6));
        // Five standard deviations of a share of 10,000 draws.
        Assert.InRange(dropped.Count(value => value == 0) / 10_000.0, 0.25 - 0.022, 0.25 + 0.022);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    public void A_dropout_probability_outside_its_range_is_an_error(double probability)
    {
        Assert.Equal(
            $"Node 'node': dropout probability {probability} is not in [0, 1).",
            Probe.Error(new Dropout(probability), [[1, 2]]));
    }

    [Fact]
    public void Dropout_ties_what_it_passes_on()
    {
        var shapes = Probe.Shapes(new Dropout(0.5), [[1, 2]]);
        Assert.Equal([1, 2], shapes.Output.ToArray());
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]" },
            Probe.Couple(new Dropout(0.5), shapes).Ties);
        Assert.Equal(0, Probe.Macs(new Dropout(0.5), shapes));
    }
}
