using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>GroupNorm, InstanceNorm2d, PRelu, LayerScale2d and Softmax.</summary>
[NoTensorLeaks]
public sealed class NormTests
{
    private static readonly GroupNorm Two = new(2, 0);

    [Fact]
    public void A_group_norm_normalizes_each_group_of_channels()
    {
        // Group 0 has 1 and 3, group 1 has 10 and 30: minus and plus one deviation in both.
        Assert.Equal([-1f, 1, -1, 1], Probe.Run(Two, [([1, 3, 10, 30], [1, 4, 1, 1])]));
        Assert.Equal(
            [-1f, 3, -3, 5],
            Probe.Run(Two, [([1, 3, 10, 30], [1, 4, 1, 1])], ([1, 2, 3, 4], [4]), ([0, 1, 0, 1], [4])));
        Assert.Equal(
            "Node 'node': the channels of input [1, 3, 2, 2] do not divide into 2 group(s).",
            Probe.Error(Two, [[1, 3, 2, 2]]));
        Assert.Equal(
            "Node 'node': weight or bias [3] does not fit input [1, 4, 2, 2].",
            Probe.Error(Two, [[1, 4, 2, 2]], [3], [4]));
    }

    [Fact]
    public void Its_groups_lose_the_same_index_leave_whole_or_are_channels()
    {
        var shapes = Probe.Shapes(Two, [[1, 4]], [4], [4]);
        var ties = Probe.Couple(Two, shapes).Ties;
        Assert.Superset(
            new HashSet<string>
            {
                "out.1[0]~out.1[2]", "out.1[1]~out.1[3]", "out.1[3]~p0.0[3]", "out.1[3]~p1.0[3]", "in0.1[3]~out.1[3]",
            },
            ties.ToHashSet());
        Assert.DoesNotContain("out.1[0]~out.1[1]", ties);
        Assert.Same(Two, Two.Cut(new FakeCut(shapes, (Axis.Output(1), [0, 2]))));
        Assert.True(Two.ChangesWhenChannelsLeave);
        Assert.False(Two.KeepsZeroChannels(shapes));

        var whole = Two with { Policy = GroupPolicy.WholeGroups };
        Assert.Contains("out.1[0]~out.1[1]", Probe.Couple(whole, shapes).Ties);
        Assert.Equal(whole with { Groups = 1 }, whole.Cut(new FakeCut(shapes, (Axis.Output(1), [2, 3]))));
        Assert.False(whole.ChangesWhenChannelsLeave);

        var each = Two with { Groups = 4 };
        Assert.DoesNotContain(
            Probe.Couple(each, shapes).Ties, tie => tie is "out.1[0]~out.1[1]" or "out.1[0]~out.1[2]");
        Assert.Equal(each with { Groups = 3 }, each.Cut(new FakeCut(shapes, (Axis.Output(1), [0, 1, 3]))));
        Assert.True(each.KeepsZeroChannels(shapes));
    }

    [Fact]
    public void An_instance_norm_normalizes_each_channel_of_each_image()
    {
        var op = new InstanceNorm2d(0);
        Assert.Equal([-1f, 1, -1, 1], Probe.Run(op, [([1, 3, 10, 30], [1, 2, 1, 2])]));
        Assert.Equal([-1f, 1, 7, 13], Probe.Run(op, [([1, 3, 10, 30], [1, 2, 1, 2])], ([1, 3], [2]), ([0, 10], [2])));
        var shapes = Probe.Shapes(op, [[1, 2, 1, 2]], [2], [2]);
        Assert.Superset(
            new HashSet<string> { "out.1[1]~p0.0[1]", "out.1[1]~p1.0[1]", "in0.1[1]~out.1[1]" },
            Probe.Couple(op, shapes).Ties.ToHashSet());
        Assert.Same(op, op.Cut(new FakeCut(shapes, (Axis.Output(1), [1]))));
        Assert.Equal(
            "Node 'node': weight or bias [3] does not fit input [1, 2, 1, 2].",
            Probe.Error(op, [[1, 2, 1, 2]], [3], [2]));
    }

    [Fact]
    public void A_prelu_has_one_slope_or_one_a_channel()
    {
        var op = new PRelu();
        Assert.Equal([-0.5f, 4, -1, 2], Probe.Run(op, [([-1, 4, -2, 2], [1, 2, 1, 2])], ([0.5f], [1])));
        Assert.Equal([-0.5f, 4, -6, 2], Probe.Run(op, [([-1, 4, -2, 2], [1, 2, 1, 2])], ([0.5f, 3], [2])));
        Assert.Contains("out.1[1]~p0.0[1]", Probe.Couple(op, Probe.Shapes(op, [[1, 2]], [2])).Ties);
        Assert.DoesNotContain(Probe.Couple(op, Probe.Shapes(op, [[1, 2]], [1])).Ties, tie => tie.Contains('p'));
        Assert.Equal(
            "Node 'node': slope [3] is neither one nor one a channel of input [1, 2].", Probe.Error(op, [[1, 2]], [3]));
    }

    [Fact]
    public void A_layer_scale_has_a_factor_a_channel()
    {
        var op = new LayerScale2d();
        Assert.Equal([2f, 4, 9, 12], Probe.Run(op, [([1, 2, 3, 4], [1, 2, 1, 2])], ([2, 3], [2, 1, 1])));
        Assert.Equal([2f, 4, 9, 12], Probe.Run(op, [([1, 2, 3, 4], [1, 2, 1, 2])], ([2, 3], [2])));
        Assert.Contains("out.1[1]~p0.0[1]", Probe.Couple(op, Probe.Shapes(op, [[1, 2, 1, 2]], [2, 1, 1])).Ties);
        Assert.Contains("out.1[1]~p0.0[1]", Probe.Couple(op, Probe.Shapes(op, [[1, 2, 1, 2]], [2])).Ties);
        Assert.Equal("Node 'node': factor [3] does not fit input [1, 2, 1, 2].", Probe.Error(op, [[1, 2, 1, 2]], [3]));
    }

    [Fact]
    public void A_softmax_sums_to_one_along_its_dimension_which_is_not_tied()
    {
        var op = new Softmax(1);
        float[] logits = [0, MathF.Log(3)];
        Tensors.AssertClose([0.25f, 0.75f], Probe.Run(op, [(logits, [1, 2])]));
        Tensors.AssertClose(
            [MathF.Log(0.25f), MathF.Log(0.75f)], Probe.Run(op with { Logarithm = true }, [(logits, [1, 2])]));
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.2[0]~out.2[0]", "in0.2[1]~out.2[1]" },
            Probe.Couple(op, Probe.Shapes(op, [[1, 3, 2]])).Ties);
        Assert.False(op.KeepsZeroChannels(Probe.Shapes(op, [[1, 3, 2]])));
        Assert.Equal("Node 'node': dimension 2 is not one of 1 to 1.", Probe.Error(new Softmax(2), [[1, 2]]));
    }
}
