using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Convolutions whose groups leave whole, and transposed convolutions.</summary>
[NoTensorLeaks]
public sealed class GroupedConvolutionTests
{
    private static readonly Conv2d Whole = new(1, 0, 1, Groups: 2, GroupPolicy.WholeGroups);
    private static readonly ConvTranspose2d Plain = new(1, 0, 0, 1, Groups: 1);

    [Fact]
    public void Whole_groups_take_their_inputs_and_outputs_and_no_column()
    {
        var shapes = Probe.Shapes(Whole, [[1, 4, 2, 2]], [6, 2, 1, 1]);
        var ties = Probe.Couple(Whole, shapes).Ties;
        Assert.Superset(
            new HashSet<string>
            {
                "in0.1[0]~out.1[0]", "in0.1[1]~out.1[0]", "in0.1[0]~out.1[1]", "in0.1[0]~out.1[2]",
                "in0.1[2]~out.1[5]",
            },
            ties.ToHashSet());
        Assert.DoesNotContain(
            ties, tie => tie.Contains("p0.1", StringComparison.Ordinal) || tie == "in0.1[0]~out.1[3]");
        Assert.Equal(
            Whole with { Groups = 1 }, Whole.Cut(
                new FakeCut(shapes, (Axis.Input(0, 1), [2, 3]), (Axis.Output(1), [3, 4, 5]))));
    }

    [Theory]
    [InlineData(2, 2, 0, 0, 1, 8)]
    [InlineData(3, 2, 1, 1, 1, 8)]
    [InlineData(3, 1, 0, 0, 2, 8)]
    [InlineData(4, 2, 1, 0, 1, 8)]
    [InlineData(1, 1, 1, 0, 1, 2)]
    public void A_transposed_convolution_has_as_many_positions_as_libtorch_says(
        int kernel, int stride, int padding, int outputPadding, int dilation, long positions)
    {
        var op = new ConvTranspose2d(stride, padding, outputPadding, dilation, 1);
        Assert.Equal(
            [1, 3, positions, positions],
            Probe.Shapes(op, [[1, 2, 4, 4]], [2, 3, kernel, kernel]).Output.ToArray());
        using var x = Tensor.Ones([1, 2, 4, 4]);
        using var weight = Tensor.Ones([2, 3, kernel, kernel]);
        using var y = op.Run(new([x], [weight], training: false, inPlace: false));
        Assert.Equal([1, 3, positions, positions], y.Shape.ToArray());
    }

    [Fact]
    public void It_spreads_each_value_over_its_window()
    {
        // 1 and 2 side by side, kernel [1, 10], stride 1: 1, 10 + 2, 20, and the bias.
        Assert.Equal(
            [101f, 112, 120],
            Probe.Run(Plain, [([1, 2], [1, 1, 1, 2])], ([1, 10], [1, 1, 1, 2]), ([100], [1])));
    }

    [Fact]
    public void Its_macs_are_weights_times_the_positions_it_reads()
    {
        Assert.Equal(2 * 3 * 9 * 16, Probe.Macs(Plain, Probe.Shapes(Plain, [[1, 2, 4, 4]], [2, 3, 3, 3])));
        var depthwise = Plain with { Groups = 2 };
        Assert.Equal(2 * 9 * 16, Probe.Macs(depthwise, Probe.Shapes(depthwise, [[1, 2, 4, 4]], [2, 1, 3, 3])));
    }

    [Fact]
    public void Its_rows_go_with_inputs_and_its_columns_and_biases_with_outputs() => Assert.Equal(
        new HashSet<string>
        {
            "in0.1[0]~p0.0[0]", "in0.1[1]~p0.0[1]", "out.1[0]~p0.1[0]", "out.1[1]~p0.1[1]", "out.1[2]~p0.1[2]",
            "out.1[0]~p1.0[0]", "out.1[1]~p1.0[1]", "out.1[2]~p1.0[2]",
        },
        Probe.Couple(Plain, Probe.Shapes(Plain, [[1, 2, 4, 4]], [2, 3, 1, 1], [3])).Ties);

    [Fact]
    public void Its_groups_lose_the_same_index_or_leave_whole()
    {
        var op = Plain with { Groups = 2 };
        var shapes = Probe.Shapes(op, [[1, 4, 4, 4]], [4, 3, 1, 1]);
        Assert.Superset(
            new HashSet<string> { "in0.1[0]~in0.1[2]", "in0.1[1]~in0.1[3]", "out.1[1]~p0.1[1]", "out.1[4]~p0.1[1]" },
            Probe.Couple(op, shapes).Ties.ToHashSet());
        Assert.Same(op, op.Cut(new FakeCut(shapes, (Axis.Output(1), [0, 2, 3, 5]))));
        var whole = op with { Policy = GroupPolicy.WholeGroups };
        Assert.Superset(
            new HashSet<string> { "in0.1[0]~out.1[2]", "in0.1[1]~out.1[0]", "in0.1[2]~out.1[3]" },
            Probe.Couple(whole, shapes).Ties.ToHashSet());
        Assert.Equal(whole with { Groups = 1 }, whole.Cut(new FakeCut(shapes, (Axis.Output(1), [3, 4, 5]))));
        var depthwise = Plain with { Groups = 4 };
        Assert.Equal(
            depthwise with { Groups = 3 },
            depthwise.Cut(new FakeCut(
                Probe.Shapes(depthwise, [[1, 4, 4, 4]], [4, 2, 1, 1]), (Axis.Output(1), [0, 1, 4, 5, 6, 7]))));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_errors()
    {
        Assert.Equal(
            "Node 'node': weight [3, 2, 1, 1] with 1 group(s) does not fit input [1, 2, 4, 4].", Probe.Error(
                Plain, [[1, 2, 4, 4]], [3, 2, 1, 1]));
        Assert.Equal(
            "Node 'node': bias [3] does not fit weight [2, 2, 1, 1] with 1 group(s).", Probe.Error(
                Plain, [[1, 2, 4, 4]], [2, 2, 1, 1], [3]));
        Assert.Equal(
            "Node 'node': output padding 1 must be smaller than stride 1 or dilation 1.",
            Probe.Error(Plain with { OutputPadding = 1 }, [[1, 2, 4, 4]], [2, 2, 1, 1]));
        Assert.Equal(
            "Node 'node': padding 2 leaves nothing of input [1, 2, 4, 4].", Probe.Error(
                Plain with { Padding = 2 }, [[1, 2, 4, 4]], [2, 2, 1, 1]));
        Assert.Equal(
            "Node 'node': stride 0 must be at least 1.",
            Probe.Error(Plain with { Stride = 0 }, [[1, 2, 4, 4]], [2, 2, 1, 1]));
    }
}
