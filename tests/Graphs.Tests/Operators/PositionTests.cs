using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>
/// Operators on positions: borders, strides, rolls, other sizes, reductions, ceil mode, random zeros.
/// </summary>
[NoTensorLeaks]
public sealed class PositionTests
{
    private static readonly float[] OneToNine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    public static TheoryData<Operator> OfChannels =>
    [
        new Pad2d(1, 1), new Subsample(2), new Upsample(8), new AdaptiveMaxPool2d(2),
            new MaxPool2d(2, 2, 0, CeilMode: true), new Roll([1, 1], [2, 3]), new Reduce(ReduceKind.Max, [2, 3]),
                new Resample(new(6, 3), 1.5, 0.75, ResampleMode.Cubic, ResamplePositions.HalfPixel),
                    new Dropout2d(0.5), new StochasticDepth(0.5),
    ];

    [Theory]
    [MemberData(nameof(OfChannels))]
    public void Channels_are_tied_and_nothing_is_multiplied(Operator op)
    {
        var shapes = Probe.Shapes(op, [[1, 2, 4, 4]]);
        var ties = Probe.Couple(op, shapes).Ties;
        Assert.Superset(new HashSet<string> { "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]" }, ties.ToHashSet());
        Assert.DoesNotContain(ties, tie => tie is "in0.1[0]~out.1[1]" or "in0.1[1]~out.1[0]");
        Assert.Equal(0, Probe.Macs(op, shapes));
        Assert.Same(op, op.Cut(new FakeCut(shapes, (Axis.Output(1), [1]))));
    }

    [Fact]
    public void A_border_is_a_value_a_mirror_or_the_edge()
    {
        (float[], long[])[] x = [([1, 2, 3], [1, 1, 1, 3])];
        Assert.Equal([9f, 1, 2, 3, 9, 9], Probe.Run(new Pad2d(new(0, 1), new(0, 2), PaddingMode.Constant, 9), x));
        Assert.Equal([2f, 1, 2, 3, 2, 1], Probe.Run(new Pad2d(new(0, 1), new(0, 2), PaddingMode.Reflect), x));
        Assert.Equal([1f, 1, 2, 3, 3, 3], Probe.Run(new Pad2d(new(0, 1), new(0, 2), PaddingMode.Replicate), x));
        Assert.Equal([1, 2, 7, 9], Probe.Shapes(new Pad2d(new(1, 2), new(2, 3)), [[1, 2, 4, 4]]).Output.ToArray());
        Assert.Equal(
            "Node 'node': padding 3 before and 0 after does not fit input [1, 1, 3, 3].",
            Probe.Error(new Pad2d(3, 0, PaddingMode.Reflect), [[1, 1, 3, 3]]));
        Assert.True(Keeps(new Pad2d(1, 1)));
        Assert.False(Keeps(new Pad2d(1, 1, PaddingMode.Constant, 9)));

        static bool Keeps(Operator op) => op.KeepsZeroChannels(Probe.Shapes(op, [[1, 1, 3, 3]]));
    }

    [Fact]
    public void A_subsample_begins_at_the_first_position()
    {
        Assert.Equal([1f, 3, 7, 9], Probe.Run(new Subsample(2), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal([1, 1, 3, 2], Probe.Shapes(new Subsample(new(1, 2)), [[1, 1, 3, 3]]).Output.ToArray());
        Assert.Equal("Node 'node': stride 0 must be at least 1.", Probe.Error(new Subsample(0), [[1, 1, 3, 3]]));
    }

    [Fact]
    public void A_subsample_holds_only_the_direction_that_it_strides()
    {
        var op = new Subsample(new(2, 1));
        var ties = Probe.Couple(op, Probe.Shapes(op, [[1, 2, 4, 3]])).Ties;
        Assert.Contains("in0.3[2]~out.3[2]", ties);
        Assert.DoesNotContain(ties, tie => tie.StartsWith("in0.2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_roll_brings_the_last_in_front()
    {
        Assert.Equal([9f, 7, 8, 3, 1, 2, 6, 4, 5], Probe.Run(new Roll([1, 1], [2, 3]), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal(
            "Node 'node': a roll has a shift for each of some dimensions 1 to 3 of input [1, 1, 3, 3].",
            Probe.Error(new Roll([1], [2, 3]), [[1, 1, 3, 3]]));
    }

    [Fact]
    public void Nearest_repeats_and_bilinear_goes_straight()
    {
        (float[], long[])[] x = [([0, 4], [1, 1, 1, 2])];
        Assert.Equal([0f, 0, 4, 4], Probe.Run(new Upsample(new(1, 4)), x));
        // Centres at -1/4, 1/4, 3/4, 5/4 of the old pixels; with aligned corners at 0, 1/3, 2/3, 1.
        Tensors.AssertClose([0f, 1, 3, 4], Probe.Run(new Upsample(new(1, 4), UpsampleMode.Bilinear), x));
        Tensors.AssertClose(
            [0f, 4f / 3, 8f / 3, 4],
            Probe.Run(new Upsample(new(1, 4), UpsampleMode.Bilinear, AlignCorners: true), x));
        Assert.Equal("Node 'node': size 0 must be at least 1.", Probe.Error(new Upsample(0), [[1, 1, 2, 2]]));
        Assert.Equal(
            "Node 'node': nearest positions cannot align corners.",
            Probe.Error(new Upsample(4, UpsampleMode.Nearest, AlignCorners: true), [[1, 1, 2, 2]]));
    }

    [Theory]
    [InlineData(ReduceKind.Mean, 5)]
    [InlineData(ReduceKind.Sum, 45)]
    [InlineData(ReduceKind.Max, 9)]
    public void A_reduction_joins_its_dimensions(ReduceKind kind, float expected)
    {
        Assert.Equal([expected], Probe.Run(new Reduce(kind, [2, 3]), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal([1, 2], Probe.Shapes(new Reduce(kind, [2, 3]), [[1, 2, 3, 3]]).Output.ToArray());
        Assert.Equal(
            [1, 2, 1, 1],
            Probe.Shapes(new Reduce(kind, [2, 3], KeepDimensions: true), [[1, 2, 3, 3]]).Output.ToArray());
    }

    [Fact]
    public void Reduced_channels_are_not_tied_so_they_stay()
    {
        var op = new Reduce(ReduceKind.Mean, [1], KeepDimensions: true);
        Assert.Equal(
            new HashSet<string> { "in0.0[0]~out.0[0]", "in0.2[0]~out.2[0]" },
            Probe.Couple(op, Probe.Shapes(op, [[1, 3, 1]])).Ties);
        Assert.Equal(
            "Node 'node': it reduces dimensions that are not among 1 to 2 of input [1, 3, 1], or one twice.",
            Probe.Error(new Reduce(ReduceKind.Mean, [2, 2]), [[1, 3, 1]]));
    }

    // What libtorch makes is the independent source: kernel, stride, padding, dilation, size.
    [Theory]
    [InlineData(3, 2, 0, 1, 7)]
    [InlineData(3, 2, 0, 1, 8)]
    [InlineData(3, 2, 1, 1, 8)]
    [InlineData(2, 3, 1, 1, 5)]
    [InlineData(2, 3, 1, 1, 6)]
    [InlineData(3, 2, 0, 1, 2)]
    [InlineData(3, 2, 1, 2, 9)]
    public void Ceil_mode_has_the_positions_that_libtorch_says(
        int kernel, int stride, int padding, int dilation, int size)
    {
        using var x = Tensor.Ones([1, 1, size, size]);
        Operator max = new MaxPool2d(kernel, stride, padding, CeilMode: true, dilation);
        Operator mean = new AveragePool2d(kernel, stride, padding, CeilMode: true);
        foreach (var op in dilation == 1 ? [max, mean] : new[] { max })
        {
            using var y = op.Run(new([x], [], training: false, inPlace: false));
            Assert.Equal(y.Shape.ToArray(), Probe.Shapes(op, [[1, 1, size, size]]).Output.ToArray());
        }
    }

    [Fact]
    public void Padding_counts_in_a_mean_or_not()
    {
        Assert.Equal(
            [1f, 2.5f, 5.5f, 7],
            Probe.Run(new AveragePool2d(2, 2, 1, CountPadding: false), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal([5f, 6, 8, 9], Probe.Run(new AdaptiveMaxPool2d(2), [(OneToNine, [1, 1, 3, 3])]));
        Assert.Equal(
            "Node 'node': window 3 is larger than input [1, 1, 2, 2].",
            Probe.Error(new MaxPool2d(3, 2, 0), [[1, 1, 2, 2]]));
        Assert.Equal(
            "Node 'node': dilation 0 must be at least 1.",
            Probe.Error(new MaxPool2d(2, 2, 0, Dilation: 0), [[1, 1, 2, 2]]));
    }

    [Fact]
    public void Stochastic_depth_drops_samples_and_dropout_2d_channels_in_training_only()
    {
        TorchRuntime.Seed(1);
        var ones = Enumerable.Repeat(1f, 4000).ToArray();
        long[] shape = [1000, 2, 1, 2];
        foreach (var (op, together) in new (Operator, int)[] { (new StochasticDepth(
            0.25), 4), (new Dropout2d(0.25), 2) })
        {
            Assert.Equal(ones, Probe.Run(op, [(ones, shape)]));
            var dropped = Probe.Run(op, training: true, [(ones, shape)]).Chunk(together).ToList();
            Assert.All(dropped, part => Assert.Single(part.Distinct()));
            Assert.All(dropped, part => Assert.True(part[0] == 0 || Math.Abs(part[0] - 4f / 3) < 1e-6));
            // Five standard deviations of a share of 1,000 draws.
            Assert.InRange(dropped.Count(part => part[0] == 0) / (double)dropped.Count, 0.25 - 0.069, 0.25 + 0.069);
        }

        Assert.Equal(
            "Node 'node': the probability 1 of stochastic depth is not in [0, 1).",
            Probe.Error(new StochasticDepth(1), [[1, 2]]));
        Assert.Equal(
            "Node 'node': dropout probability -1 is not in [0, 1).",
            Probe.Error(new Dropout2d(-1), [[1, 2, 1, 1]]));
    }
}
