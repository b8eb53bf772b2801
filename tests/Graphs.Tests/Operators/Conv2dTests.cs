using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

[NoTensorLeaks]
public sealed class Conv2dTests
{
    private static readonly Conv2d Plain = new(1, 0, 1, Groups: 1);

    [Theory]
    [InlineData(3, 1, 1, 1, 8)]
    [InlineData(3, 2, 1, 1, 4)]
    [InlineData(1, 2, 0, 1, 4)]
    [InlineData(3, 1, 0, 2, 4)]
    [InlineData(5, 3, 2, 1, 3)]
    public void Positions_follow_kernel_stride_padding_and_dilation(
        int kernel, int stride, int padding, int dilation, long positions)
    {
        var shapes = Probe.Shapes(new Conv2d(stride, padding, dilation, 1), [[1, 2, 8, 8]], [6, 2, kernel, kernel]);
        Assert.Equal([1, 6, positions, positions], shapes.Output.ToArray());
    }

    [Fact]
    public void The_two_spatial_dimensions_are_independent()
    {
        var op = new Conv2d(new Pair(1, 2), new Pair(0, 1), 1, 1);
        Assert.Equal([1, 4, 6, 4], Probe.Shapes(op, [[1, 2, 6, 8]], [4, 2, 1, 3]).Output.ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_errors_that_say_what_and_where()
    {
        Assert.Equal(
            "Node 'node': weight [4, 2, 3, 3] with 1 group(s) does not fit input [1, 3, 8, 8].", Probe.Error(
                Plain, [[1, 3, 8, 8]], [4, 2, 3, 3]));
        Assert.Equal(
            "Node 'node': weight [4, 1, 3, 3] with 3 group(s) does not fit input [1, 3, 8, 8].",
            Probe.Error(Plain with { Groups = 3 }, [[1, 3, 8, 8]], [4, 1, 3, 3]));
        Assert.Equal(
            "Node 'node': bias [5] does not fit weight [4, 3, 3, 3].",
            Probe.Error(Plain, [[1, 3, 8, 8]], [4, 3, 3, 3], [5]));
        Assert.Equal(
            "Node 'node': kernel 3x3 is larger than input [1, 3, 2, 2].",
            Probe.Error(Plain, [[1, 3, 2, 2]], [4, 3, 3, 3]));
        Assert.Equal(
            "Node 'node': input 0 must have 4 dimensions, but its shape is [1, 3].",
            Probe.Error(Plain, [[1, 3]], [4, 3, 3, 3]));
        Assert.Equal("Node 'node': it takes 1 or 2 parameters, but has 0.", Probe.Error(Plain, [[1, 3, 8, 8]]));
        Assert.Equal(
            "Node 'node': it takes 1 input(s), but has 2.",
            Probe.Error(Plain, [[1, 3, 8, 8], [1, 3, 8, 8]], [4, 3, 3, 3]));
    }

    [Fact]
    public void A_stride_below_one_is_an_error_not_a_division_by_zero()
    {
        Assert.Equal(
            "Node 'node': stride 0 must be at least 1.",
            Probe.Error(Plain with { Stride = 0 }, [[1, 3, 8, 8]], [4, 3, 3, 3]));
    }

    [Fact]
    public void It_computes_the_sum_over_window_and_channels()
    {
        // 2x2 kernel on 2x3: each output is a*1 + b*2 + d*3 + e*4 + bias.
        var output = Probe.Run(
            Plain, [([1, 2, 3, 4, 5, 6], [1, 1, 2, 3])], ([1, 2, 3, 4], [1, 1, 2, 2]), ([10], [1]));
        Assert.Equal([10f + 1 + 4 + 12 + 20, 10f + 2 + 6 + 15 + 24], output);
    }

    [Fact]
    public void Groups_see_their_own_channels_only()
    {
        var output = Probe.Run(
            Plain with { Groups = 2 }, [([1, 2, 3, 4], [1, 4, 1, 1])], ([1, 1, 1, -1], [2, 2, 1, 1]));
        Assert.Equal([3f, -1f], output);
    }

    [Theory]
    [InlineData(1, 6 * 2 * 9 * 64)]
    [InlineData(2, 6 * 1 * 9 * 64)]
    public void Macs_are_weights_times_positions(int groups, long macs)
    {
        var op = new Conv2d(1, 1, 1, groups);
        Assert.Equal(macs, Probe.Macs(op, Probe.Shapes(op, [[1, 2, 8, 8]], [6, 2 / groups, 3, 3])));
    }

    [Fact]
    public void Rows_go_with_outputs_and_biases_columns_with_inputs()
    {
        var ties = Probe.Couple(Plain, Probe.Shapes(Plain, [[1, 3, 4, 4]], [2, 3, 1, 1], [2])).Ties;
        Assert.Equal(
            new HashSet<string>
            {
                "out.1[0]~p0.0[0]", "out.1[1]~p0.0[1]", "p0.0[0]~p1.0[0]", "p0.0[1]~p1.0[1]",
                "in0.1[0]~p0.1[0]", "in0.1[1]~p0.1[1]", "in0.1[2]~p0.1[2]",
            },
            Probe.Couple(Plain, Probe.Shapes(Plain, [[1, 3, 4, 4]], [2, 3, 1, 1], [2])).Ties);
        Assert.Equal(7, ties.Count);
    }

    [Fact]
    public void A_depthwise_input_channel_goes_with_the_outputs_made_of_it()
    {
        var op = Plain with { Groups = 2 };
        var ties = Probe.Couple(op, Probe.Shapes(op, [[1, 2, 4, 4]], [4, 1, 3, 3])).Ties;
        Assert.Superset(
            new HashSet<string> { "in0.1[0]~out.1[0]", "in0.1[0]~out.1[1]", "in0.1[1]~out.1[2]", "in0.1[1]~out.1[3]" },
            ties.ToHashSet());
        Assert.DoesNotContain("in0.1[0]~out.1[2]", ties);
    }

    [Fact]
    public void In_a_grouped_convolution_the_same_index_leaves_in_every_group()
    {
        var op = Plain with { Groups = 2 };
        var ties = Probe.Couple(op, Probe.Shapes(op, [[1, 4, 4, 4]], [6, 2, 1, 1])).Ties;
        Assert.Superset(
            new HashSet<string>
            {
                "in0.1[0]~p0.1[0]", "in0.1[1]~p0.1[1]", "in0.1[2]~p0.1[0]", "in0.1[3]~p0.1[1]",
                "out.1[0]~out.1[3]", "out.1[1]~out.1[4]", "out.1[2]~out.1[5]",
            },
            ties.ToHashSet());
        Assert.DoesNotContain("out.1[0]~out.1[1]", ties);
    }

    [Fact]
    public void Surgery_lets_the_groups_of_a_depthwise_convolution_follow_and_no_other()
    {
        var depthwise = Plain with { Groups = 4 };
        var kept = (Axis.Input(0, 1), new[] { 0, 2, 3 });
        Assert.Equal(
            depthwise with { Groups = 3 }, depthwise.Cut(
                new FakeCut(Probe.Shapes(depthwise, [[1, 4, 4, 4]], [8, 1, 3, 3]), kept)));
        var grouped = Plain with { Groups = 2 };
        Assert.Equal(
            grouped, grouped.Cut(
                new FakeCut(Probe.Shapes(grouped, [[1, 4, 4, 4]], [8, 2, 3, 3]), (Axis.Input(0, 1), [0, 2]))));
        Assert.Equal(Plain, Plain.Cut(new FakeCut(Probe.Shapes(Plain, [[1, 4, 4, 4]], [8, 4, 3, 3]), kept)));
    }
}
