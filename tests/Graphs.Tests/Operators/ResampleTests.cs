using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests.Operators;

/// <summary>Images of another size by rules that libtorch has no operator of, and by those that it has.</summary>
[NoTensorLeaks]
public sealed class ResampleTests
{
    // Four pixels to six by half pixels: -1/6, 1/2, 7/6, 11/6, 5/2, 19/6.
    [Theory]
    [InlineData(ResampleRounding.PreferFloor, new[] { 1f, 1, 2, 3, 3, 4 })]
    [InlineData(ResampleRounding.PreferCeiling, new[] { 1f, 2, 2, 3, 4, 4 })]
    [InlineData(ResampleRounding.Floor, new[] { 1f, 1, 2, 2, 3, 4 })]
    [InlineData(ResampleRounding.Ceiling, new[] { 1f, 2, 3, 3, 4, 4 })]
    public void Nearest_positions_are_rounded(ResampleRounding rounding, float[] expected) =>
        Assert.Equal(expected, Row([1, 2, 3, 4], 6, 1.5, ResampleMode.Nearest, ResamplePositions.HalfPixel, rounding));

    // Three pixels to two, and to one.
    [Theory]
    [InlineData(ResamplePositions.HalfPixel, 2, new[] { 1f, 7 })]
    [InlineData(ResamplePositions.PytorchHalfPixel, 2, new[] { 1f, 7 })]
    [InlineData(ResamplePositions.AlignCorners, 2, new[] { 0f, 8 })]
    [InlineData(ResamplePositions.Asymmetric, 2, new[] { 0f, 6 })]
    [InlineData(ResamplePositions.HalfPixel, 1, new[] { 4f })]
    [InlineData(ResamplePositions.PytorchHalfPixel, 1, new[] { 0f })]
    [InlineData(ResamplePositions.AlignCorners, 1, new[] { 0f })]
    public void Positions_lie_between_others_by_their_rule(ResamplePositions positions, int size, float[] expected) =>
        Tensors.AssertClose(expected, Row([0, 4, 8], size, size / 3.0, ResampleMode.Linear, positions));

    // Scale 3/5 of two positions leaves 1.2: the one that there is lies at 0.5 / 0.6 - 0.5 = 1/3.
    [Fact]
    public void A_scale_may_leave_part_of_a_position_out() =>
        Tensors.AssertClose([2f], Row([0, 6], 1, 0.6, ResampleMode.Linear, ResamplePositions.HalfPixel));

    // Halfway Keys' weights with a = -1/2 are -1/16, 9/16, 9/16, -1/16. Of 0, 0, 16, 32, the first of them outside,
    // they make 7; without it the others are divided by their sum 17/16.
    [Theory]
    [InlineData(false, 7f)]
    [InlineData(true, 112 / 17f)]
    public void Cubic_weights_of_positions_outside_go_to_the_edge_or_inside(bool excludeOutside, float expected)
    {
        // At 0, 1/2, 1, 3/2, 2.
        var op = new Resample(
            new(1, 5), 1, 5 / 3.0, ResampleMode.Cubic, ResamplePositions.AlignCorners,
            CubicCoefficient: -0.5, ExcludeOutside: excludeOutside);
        var row = Probe.Run(op, [([0, 16, 32], [1, 1, 1, 3])]);
        Tensors.AssertClose([0f, expected, 16, 32 - expected, 32], row);
    }

    // libtorch's own interpolation is the independent source.
    [Theory]
    [InlineData(ResampleMode.Linear, UpsampleMode.Bilinear, ResamplePositions.HalfPixel)]
    [InlineData(ResampleMode.Linear, UpsampleMode.Bilinear, ResamplePositions.AlignCorners)]
    [InlineData(ResampleMode.Cubic, UpsampleMode.Bicubic, ResamplePositions.HalfPixel)]
    [InlineData(ResampleMode.Cubic, UpsampleMode.Bicubic, ResamplePositions.AlignCorners)]
    public void Where_libtorch_has_an_operator_it_computes_the_same(
        ResampleMode mode, UpsampleMode libtorch, ResamplePositions positions)
    {
        var numbers = new Dice(3).Floats(2 * 2 * 5 * 7, -1, 1);
        (float[], long[])[] x = [(numbers, [2, 2, 5, 7])];
        foreach (var (height, width) in new[] { (8, 3), (5, 16), (2, 7) })
        {
            var expected = Probe.Run(
                new Upsample(new(height, width), libtorch, positions == ResamplePositions.AlignCorners), x);
            Tensors.AssertClose(
                expected, Probe.Run(new Resample(new(height, width), height / 5.0, width / 7.0, mode, positions), x));
        }
    }

    [Fact]
    public void Its_size_is_that_of_the_image_times_the_scales()
    {
        var op = new Resample(new(6, 3), 1.5, 0.8, ResampleMode.Linear, ResamplePositions.HalfPixel);
        Assert.Equal([1, 2, 6, 3], Probe.Shapes(op, [[1, 2, 4, 4]]).Output.ToArray());
        Assert.Equal(
            "Node 'node': size 6x3 is not input [1, 2, 8, 4] times 1.5 and 0.8, or too large, "
            + "or its cubic coefficient is no number.",
            Probe.Error(op, [[1, 2, 8, 4]]));
        Assert.StartsWith(
            "Node 'node': size 1x0",
            Probe.Error(op with { Size = new(1, 0) }, [[1, 2, 1, 1]]),
            StringComparison.Ordinal);
    }

    private static float[] Row(
        float[] x, int size, double scale, ResampleMode mode, ResamplePositions positions,
        ResampleRounding rounding = ResampleRounding.PreferFloor) =>
        Probe.Run(new Resample(new(1, size), 1, scale, mode, positions, rounding), [(x, [1, 1, 1, x.Length])]);
}
