using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>
/// Operators that order, add or join channels: ChannelShuffle, SelectChannels, PadChannels, PixelShuffle, Expand.
/// </summary>
[NoTensorLeaks]
public sealed class ChannelOrderTests
{
    private static readonly float[] ZeroToFive = [0, 1, 2, 3, 4, 5];

    [Fact]
    public void A_shuffle_deals_the_channels_of_each_group_out()
    {
        var op = new ChannelShuffle(2);
        Assert.Equal([0f, 3, 1, 4, 2, 5], Probe.Run(op, [(ZeroToFive, [1, 6, 1, 1])]));
        Assert.Equal([0f, 2, 4, 1, 3, 5], Probe.Run(new ChannelShuffle(3), [(ZeroToFive, [1, 6, 1, 1])]));
        var ties = Probe.Couple(op, Probe.Shapes(op, [[1, 6, 1, 1]])).Ties;
        Assert.Superset(
            new HashSet<string>
            {
                "in0.1[0]~out.1[0]", "in0.1[3]~out.1[1]", "in0.1[1]~out.1[2]", "in0.1[4]~out.1[3]",
                "in0.1[2]~out.1[4]", "in0.1[5]~out.1[5]",
            },
            ties.ToHashSet());
        Assert.DoesNotContain("in0.1[1]~out.1[1]", ties);
        Assert.Equal(
            "Node 'node': the channels of input [1, 6, 1, 1] do not divide into 4 group(s).",
            Probe.Error(new ChannelShuffle(4), [[1, 6, 1, 1]]));
    }

    [Theory]
    [InlineData(new[] { 0, 2, 3, 5 }, new[] { 0, 1, 4, 5 }, null)]
    [InlineData(new[] { 0, 2, 4 }, new[] { 0, 3, 4 }, new[] { 0, 2, 1 })]
    [InlineData(new[] { 0, 1, 2, 5 }, new[] { 0, 2, 4, 5 }, new[] { 0, 1, 2, 3 })]
    public void A_cut_shuffle_stays_one_where_it_can_and_is_written_out_where_not(
        int[] inputs, int[] outputs, int[]? order)
    {
        var op = new ChannelShuffle(2);
        var cut = op.Cut(
            new FakeCut(Probe.Shapes(op, [[1, 6, 1, 1]]), (Axis.Input(0, 1), inputs), (Axis.Output(1), outputs)));
        if (order is null)
        {
            Assert.Same(op, cut);
        }
        else
        {
            Assert.Equal(order, Assert.IsType<SelectChannels>(cut).Indices.ToArray());
        }

        // The channels that stay come in the order in which they came before.
        float[] expected = [.. Probe.Run(op, [(ZeroToFive, [1, 6, 1, 1])]).Where(
            (_, channel) => outputs.Contains(channel))];
        Assert.Equal(expected, Probe.Run(cut, [([.. inputs.Select(i => (float)i)], [1, inputs.Length, 1, 1])]));
    }

    [Fact]
    public void Selected_channels_go_with_their_sources_and_the_others_are_free()
    {
        var op = new SelectChannels([2, 0, 2]);
        Assert.Equal([2f, 0, 2], Probe.Run(op, [([0, 1, 2], [1, 3, 1, 1])]));
        var shapes = Probe.Shapes(op, [[1, 3]]);
        Assert.Equal([1, 3], shapes.Output.ToArray());
        var coupling = Probe.Couple(op, shapes);
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.1[2]~out.1[0]", "in0.1[0]~out.1[1]", "in0.1[2]~out.1[2]" },
            coupling.Ties);
        Assert.Equal([Axis.Input(0, 1)], coupling.Freed);
        var cut = Assert.IsType<SelectChannels>(
            op.Cut(new FakeCut(shapes, (Axis.Input(0, 1), [1, 2]), (Axis.Output(1), [0, 2]))));
        Assert.Equal([1, 1], cut.Indices.ToArray());
        Assert.Equal(
            "Node 'node': it selects channels that input [1, 2] does not have, or none.",
            Probe.Error(op, [[1, 2]]));
        Assert.Equal(
            "Node 'node': it selects channels that input [1, 2] does not have, or none.",
            Probe.Error(new SelectChannels([]), [[1, 2]]));
    }

    [Fact]
    public void Channels_of_zeros_leave_alone_and_the_others_with_their_sources()
    {
        var op = new PadChannels(1, 2);
        Assert.Equal([0f, 7, 8, 0, 0], Probe.Run(op, [([7, 8], [1, 2, 1, 1])]));
        var shapes = Probe.Shapes(op, [[1, 2]]);
        Assert.Equal([1, 5], shapes.Output.ToArray());
        var coupling = Probe.Couple(op, shapes);
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.1[0]~out.1[1]", "in0.1[1]~out.1[2]" },
            coupling.Ties);
        Assert.Equal([Axis.Output(1)], coupling.Freed);
        Assert.Equal(new PadChannels(1, 2), op.Cut(new FakeCut(shapes, (Axis.Output(1), [0, 2, 3, 4]))));
        Assert.Equal(new PadChannels(0, 1), op.Cut(new FakeCut(shapes, (Axis.Output(1), [1, 2, 4]))));
        Assert.Equal(
            "Node 'node': -1 channels before and 0 after cannot be added to [1, 2].",
            Probe.Error(new PadChannels(-1, 0), [[1, 2]]));
    }

    [Fact]
    public void A_pixel_shuffle_makes_positions_of_channels_and_back()
    {
        var op = new PixelShuffle(2);
        float[] channels = [1, 2, 3, 4];
        Assert.Equal(channels, Probe.Run(op, [(channels, [1, 4, 1, 1])]));
        var shapes = Probe.Shapes(op, [[1, 8, 1, 3]]);
        Assert.Equal([1, 2, 2, 6], shapes.Output.ToArray());
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => $"in0.1[{i}]~out.1[{i / 4}]").ToHashSet(),
            Probe.Couple(op, shapes).Ties);
        Assert.Equal(
            "Node 'node': the channels of input [1, 6, 1, 1] do not divide into squares of 2x2.", Probe.Error(
                op, [[1, 6, 1, 1]]));

        var back = new PixelUnshuffle(2);
        // 0 1 / 2 3 are the positions of one channel.
        Assert.Equal([1f, 3, 2, 4, 5, 7, 6, 8], Probe.Run(back, [([1, 3, 2, 4, 5, 7, 6, 8], [1, 2, 2, 2])]));
        var wide = Probe.Shapes(back, [[1, 2, 2, 6]]);
        Assert.Equal([1, 8, 1, 3], wide.Output.ToArray());
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => $"in0.1[{i / 4}]~out.1[{i}]").ToHashSet(),
            Probe.Couple(back, wide).Ties);
        Assert.Equal(
            "Node 'node': the positions of input [1, 6, 1, 2] do not divide into squares of 2x2.", Probe.Error(
                back, [[1, 6, 1, 2]]));
    }

    [Fact]
    public void What_a_single_channel_is_repeated_to_leaves_with_its_readers()
    {
        var op = new Expand(1, 3);
        Assert.Equal([5f, 6, 5, 6, 5, 6], Probe.Run(op, [([5, 6], [1, 1, 1, 2])]));
        var shapes = Probe.Shapes(op, [[1, 1, 2]]);
        Assert.Equal([1, 3, 2], shapes.Output.ToArray());
        Assert.Equal([Axis.Input(0, 1), Axis.Output(1)], Probe.Couple(op, shapes).Freed);
        Assert.Equal(new Expand(1, 2), op.Cut(new FakeCut(shapes, (Axis.Output(1), [0, 2]))));
        Assert.Equal("Node 'node': dimension 1 of input [1, 2] cannot be repeated 3 times.", Probe.Error(op, [[1, 2]]));
    }
}
