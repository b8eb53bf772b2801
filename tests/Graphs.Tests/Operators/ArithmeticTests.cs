using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Arithmetic, Affine and the broadcasting that they share with Add.</summary>
[NoTensorLeaks]
public sealed class ArithmeticTests
{
    private static readonly Arithmetic Multiply = new(ArithmeticKind.Multiply);

    [Theory]
    [InlineData(ArithmeticKind.Subtract, new[] { 2f, 6, 3, 5 })]
    [InlineData(ArithmeticKind.Multiply, new[] { 8f, 16, 28, 36 })]
    [InlineData(ArithmeticKind.Divide, new[] { 2f, 4, 1.75f, 2.25f })]
    [InlineData(ArithmeticKind.Maximum, new[] { 4f, 8, 7, 9 })]
    [InlineData(ArithmeticKind.Minimum, new[] { 2f, 2, 4, 4 })]
    public void A_value_a_channel_meets_every_position(ArithmeticKind kind, float[] expected) =>
        Assert.Equal(expected, Probe.Run(new Arithmetic(kind), [([4, 8, 7, 9], [1, 2, 1, 2]), ([2, 4], [1, 2, 1, 1])]));

    [Fact]
    public void A_sum_broadcasts_to_either_side_also_where_it_may_overwrite()
    {
        using var map = Torch.Tensor.FromArray<float>([1, 2], [1, 1, 1, 2]);
        using var channels = Torch.Tensor.FromArray<float>([10, 20], [1, 2, 1, 1]);
        using var sum = new Add().Run(new([map, channels], [], training: false, inPlace: true));
        Assert.Equal([11f, 12, 21, 22], sum.ToArray<float>());
        Assert.Equal([1f, 2], map.ToArray<float>());
        using var whole = new Add().Run(new([sum, channels], [], training: false, inPlace: true));
        Assert.Equal([21f, 22, 41, 42], sum.ToArray<float>());
    }

    [Fact]
    public void Sizes_are_equal_or_one()
    {
        Assert.Equal([1, 4, 3, 3], Probe.Shapes(Multiply, [[1, 4, 3, 3], [1, 4, 1, 1]]).Output.ToArray());
        Assert.Equal([1, 4, 3, 3], Probe.Shapes(new Add(), [[1, 1, 3, 3], [1, 4, 1, 1]]).Output.ToArray());
        Assert.Equal(
            "Node 'node': cannot multiply [1, 4, 3, 3] and [1, 2, 1, 1].",
            Probe.Error(Multiply, [[1, 4, 3, 3], [1, 2, 1, 1]]));
        Assert.Equal(
            "Node 'node': cannot multiply [1, 4, 3, 3] and [1, 4].",
            Probe.Error(Multiply, [[1, 4, 3, 3], [1, 4]]));
        Assert.Equal("Node 'node': it takes 2 input(s), but has 1.", Probe.Error(Multiply, [[1, 4]]));
    }

    [Fact]
    public void Equal_sizes_are_tied_and_a_single_coordinate_is_free()
    {
        var shapes = Probe.Shapes(Multiply, [[1, 2, 3], [1, 2, 1]]);
        var coupling = Probe.Couple(Multiply, shapes);
        Assert.Equal(
            new HashSet<string>
            {
                "in0.0[0]~out.0[0]", "in1.0[0]~out.0[0]", "in0.1[0]~out.1[0]", "in0.1[1]~out.1[1]",
                "in1.1[0]~out.1[0]", "in1.1[1]~out.1[1]", "in0.2[0]~out.2[0]", "in0.2[1]~out.2[1]", "in0.2[2]~out.2[2]",
            },
            coupling.Ties);
        Assert.Equal([Axis.Input(1, 2)], coupling.Freed);
        Assert.Equal(0, Probe.Macs(Multiply, shapes));
        Assert.Same(Multiply, Multiply.Cut(new FakeCut(shapes, (Axis.Output(1), [1]))));
    }

    [Fact]
    public void Zero_channels_stay_zero_where_both_sides_have_them()
    {
        var gate = Probe.Shapes(Multiply, [[1, 2, 3, 3], [1, 2, 1, 1]]);
        var map = Probe.Shapes(Multiply, [[1, 2, 3, 3], [1, 1, 3, 3]]);
        Assert.True(Multiply.KeepsZeroChannels(map));
        Assert.True(new Add().KeepsZeroChannels(gate));
        Assert.False(new Add().KeepsZeroChannels(map));
        Assert.False(new Arithmetic(ArithmeticKind.Subtract).KeepsZeroChannels(map));
        Assert.False(new Arithmetic(ArithmeticKind.Divide).KeepsZeroChannels(gate));
        Assert.True(new Arithmetic(ArithmeticKind.Maximum).KeepsZeroChannels(gate));
        Assert.False(new Arithmetic(ArithmeticKind.Minimum).KeepsZeroChannels(map));
    }

    [Fact]
    public void Affine_has_constants_for_each_channel_or_for_all()
    {
        var op = new Affine([2, 3], [1, -1]);
        Assert.Equal([3f, 5, 8, 11], Probe.Run(op, [([1, 2, 3, 4], [1, 2, 1, 2])]));
        Assert.Equal([0.5f, 1, 1.5f, 2], Probe.Run(new Affine([0.5], [0]), [([1, 2, 3, 4], [1, 2, 1, 2])]));
        var shapes = Probe.Shapes(op, [[1, 2, 1, 2]]);
        Assert.Equal([1, 2, 1, 2], shapes.Output.ToArray());
        var cut = Assert.IsType<Affine>(op.Cut(new FakeCut(shapes, (Axis.Output(1), [1]))));
        Assert.Equal([3.0, -1.0], [.. cut.Scale, .. cut.Shift]);
        Assert.False(op.KeepsZeroChannels(shapes));
        Assert.Equal(
            "Node 'node': scale and shift have one number or one a channel, and do not fit input [1, 3, 1, 2].",
            Probe.Error(op, [[1, 3, 1, 2]]));
    }
}
