using Ocs.Cli.Runtimes;

namespace Ocs.Cli.Tests.Runtimes;

public class OutputDifferenceTests
{
    [Fact]
    public void Differences_are_relative_to_the_largest_value_of_the_first()
    {
        var difference = OutputDifference.Of("y", [1, -8, 0, 2], [1, -8, 0.5f, 4]);

        Assert.Equal(new("y", Largest: 2, Mean: 0.625, LargestRelative: 0.25, MeanRelative: 0.078125), difference);
    }

    [Fact]
    public void Equal_outputs_do_not_differ_even_where_they_are_zero_or_not_finite()
    {
        float[] odd = [0, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

        Assert.Equal(new("y", 0, 0, 0, 0), OutputDifference.Of("y", odd, odd));
        Assert.Equal(new("y", 0, 0, 0, 0), OutputDifference.Of("y", [0, 0], [0, 0]));
        Assert.Equal(new("y", 0, 0, 0, 0), OutputDifference.Of("y", [], []));
    }

    [Theory]
    [InlineData(1, float.NaN)]
    [InlineData(float.NaN, 1)]
    [InlineData(1, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.PositiveInfinity)]
    [InlineData(0, 1e-30f)]
    public void A_number_beside_none_differs_infinitely(float first, float second) =>
        Assert.Equal(double.PositiveInfinity, OutputDifference.Of("y", [first], [second]).LargestRelative);
}
