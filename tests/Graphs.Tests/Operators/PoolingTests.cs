using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>MaxPool2d, AveragePool2d and AdaptiveAveragePool2d.</summary>
[NoTensorLeaks]
public sealed class PoolingTests
{
    private static readonly float[] OneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    public static TheoryData<Operator> Windows => [new MaxPool2d(3, 2, 1), new AveragePool2d(3, 2, 1)];

    public static TheoryData<Operator> All =>
        [new MaxPool2d(2, 2, 0), new AveragePool2d(2, 2, 0), new AdaptiveAveragePool2d(1)];

    [Theory]
    [MemberData(nameof(Windows))]
    public void Windows_leave_the_channels_and_count_their_positions(Operator op)
    {
        Assert.Equal([1, 5, 4, 3], Probe.Shapes(op, [[1, 5, 8, 5]]).Output.ToArray());
        Assert.Equal(
            "Node 'node': input 0 must have 4 dimensions, but its shape is [1, 5].", Probe.Error(op, [[1, 5]]));
        Assert.Equal("Node 'node': it takes 0 parameters, but has 1.", Probe.Error(op, [[1, 5, 8, 8]], [5]));
    }

    [Fact]
    public void A_window_larger_than_the_image_or_a_stride_of_0_is_an_error()
    {
        Assert.Equal(
            "Node 'node': window 3 is larger than input [1, 5, 2, 8].",
            Probe.Error(new MaxPool2d(3, 1, 0), [[1, 5, 2, 8]]));
        Assert.Equal(
            "Node 'node': window 2x9 is larger than input [1, 5, 2, 8].",
            Probe.Error(new AveragePool2d(new Pair(2, 9), 1, 0), [[1, 5, 2, 8]]));
        Assert.Equal(
            "Node 'node': stride 1x0 must be at least 1.",
            Probe.Error(new MaxPool2d(2, new Pair(1, 0), 0), [[1, 5, 2, 8]]));
    }

    [Fact]
    public void Maximum_and_mean_of_each_window()
    {
        Assert.Equal([5f, 6f, 8f, 9f], Probe.Run(new MaxPool2d(2, 1, 0), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal([3f, 4f, 6f, 7f], Probe.Run(new AveragePool2d(2, 1, 0), [(OneToNine, [1, 1, 3, 3])]));
    }

    [Fact]
    public void Padding_counts_as_zero_in_a_mean_and_never_wins_a_maximum()
    {
        Assert.Equal([0.25f, 1.25f, 2.75f, 7f], Probe.Run(new AveragePool2d(2, 2, 1), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal([-1f], Probe.Run(new MaxPool2d(3, 2, 1), [([-1], [1, 1, 1, 1])]));
    }

    [Fact]
    public void Adaptive_pooling_reaches_the_given_size()
    {
        Assert.Equal(
            [1, 5, 2, 3], Probe.Shapes(new AdaptiveAveragePool2d(new Pair(2, 3)), [[1, 5, 7, 7]]).Output.ToArray());
        Assert.Equal([5f], Probe.Run(new AdaptiveAveragePool2d(1), [(OneToNine, [1, 1, 3, 3])]));
        // Windows of 2 that share the middle row and column.
        Assert.Equal([3f, 4f, 6f, 7f], Probe.Run(new AdaptiveAveragePool2d(2), [(OneToNine, [1, 1, 3, 3])]));
    }

    [Fact]
    public void Adaptive_pooling_to_nothing_is_refused()
    {
        Assert.Equal(
            "Node 'node': size 1x0 must be at least 1.",
            Probe.Error(new AdaptiveAveragePool2d(new Pair(1, 0)), [[1, 1, 2, 2]]));
        Assert.Equal(
            "Node 'node': size 0 must be at least 1.", Probe.Error(new AdaptiveMaxPool3d(0), [[1, 1, 2, 2, 2]]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Only_channels_are_tied_so_positions_stay_fixed(Operator op)
    {
        var shapes = Probe.Shapes(op, [[1, 2, 4, 4]]);
        Assert.Equal(new HashSet<string> { "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]" }, Probe.Couple(op, shapes).Ties);
        Assert.Equal(0, Probe.Macs(op, shapes));
        Assert.Same(op, op.Cut(new FakeCut(shapes, (Axis.Input(0, 1), [1]))));
    }
}
