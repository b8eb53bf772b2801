using Ocs.Formats.Onnx.Quantization;

namespace Ocs.Formats.Tests.Onnx.Quantization;

/// <summary>Ranges of activations, and their scales.</summary>
public sealed class ActivationRangeTests
{
    private const int Zero = Histogram.Bins / 2;

    [Theory]
    [InlineData(-1, 1.55, 0.01f, 100)]
    [InlineData(0, 6, 6f / 255, 0)]
    [InlineData(2, 5.1, 5.1f / 255, 0)]
    [InlineData(-2.55, -1, 0.01f, 255)]
    [InlineData(0, 0, 1, 0)]
    public void A_scale_holds_the_range_and_an_exact_0(double smallest, double largest, float scale, byte zero) =>
        Assert.Equal(new AffineScale(scale, zero), AffineScale.Of(smallest, largest));

    [Fact]
    public void Min_max_takes_every_number()
    {
        var range = new ActivationRange("x", CalibrationMethod.MinMax);
        range.Add([0.5f, -1]);
        range.Add([2, 0]);

        Assert.Equal(AffineScale.Of(-1, 2), range.ToScale());
    }

    [Theory]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    internal void One_number_far_out_does_not_widen_the_range(CalibrationMethod method)
    {
        var range = new ActivationRange("x", method);
        var dice = new Dice(1);
        for (var part = 0; part < 50; part++)
        {
            range.Add(dice.Floats(2000, -1, 1));
        }

        range.Add([8]);
        var scale = range.ToScale();

        Assert.InRange(scale.Scale * 255, 1.9, 2.3);
        Assert.InRange(scale.Zero, 110, 130);
    }

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    internal void What_is_always_0_has_a_scale(CalibrationMethod method)
    {
        var range = new ActivationRange("x", method);
        range.Add(new float[100]);

        Assert.Equal(new AffineScale(1, 0), range.ToScale());
    }

    [Fact]
    public void What_is_never_below_0_starts_at_0()
    {
        var range = new ActivationRange("x", CalibrationMethod.Entropy);
        range.Add([.. new Dice(2).Floats(100_000, -1, 1).Select(number => Math.Max(number, 0))]);
        var scale = range.ToScale();

        Assert.Equal(0, scale.Zero);
        Assert.InRange(scale.Scale * 255, 0.9, 1);
    }

    [Fact]
    public void A_number_that_is_not_finite_is_named()
    {
        var range = new ActivationRange("layer1.relu", CalibrationMethod.MinMax);

        Assert.Equal(
            "The value 'layer1.relu' is NaN for a calibration sample, so it has no range; give weights and images "
            + "without such numbers.",
            Assert.Throws<OcsInputException>(() => range.Add([1, float.NaN])).Message);
    }

    [Fact]
    public void Bins_become_wider_and_keep_their_counts()
    {
        var histogram = new Histogram();
        histogram.Add([1, -1, 0, 0.25f]);
        histogram.Add([3]);

        Assert.Equal(5, histogram.Counts.ToArray().Sum());
        Assert.Equal((-4, 0, 2), (histogram.BoundOf(0), histogram.BoundOf(Zero), histogram.BoundOf(Zero * 3 / 2)));
        Assert.Equal(1, histogram.Counts[Zero]);
        Assert.Equal(1, histogram.Counts[Zero + (Zero / 16)]);
        Assert.Equal(1, histogram.Counts[Zero * 7 / 4]);
    }
}
