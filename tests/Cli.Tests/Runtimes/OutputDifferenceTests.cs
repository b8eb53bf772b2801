using Ocs.Cli.Runtimes;

namespace Ocs.Cli.Tests.Runtimes;

public class OutputDifferenceTests
{
    [Fact]
    public void Differences_are_relative_to_the_largest_value_of_the_first()
    {
        var difference = OutputDifference.Of("y", [1, -8, 0, 2], [1, -8, 0.5f, 4]);

        Assert.Equal(
            new("y", Largest: 2, Mean: 0.625, LargestRelative: 0.25, MeanRelative: 0.078125, NotFinite: 0),
            difference);
    }

    [Fact]
    public void Equal_outputs_do_not_differ_but_what_is_not_finite_shows_nothing()
    {
        float[] odd = [0, float.NaN, float.PositiveInfinity, float.NegativeInfinity];

        Assert.Equal(new("y", 0, 0, 0, 0, NotFinite: 3), OutputDifference.Of("y", odd, odd));
        Assert.Equal(new("y", 0, 0, 0, 0, 0), OutputDifference.Of("y", [0, 0], [0, 0]));
        Assert.Equal(new("y", 0, 0, 0, 0, 0), OutputDifference.Of("y", [], []));
        Assert.False(OutputDifference.Of("y", odd, odd).IsWithin(1));
        Assert.True(OutputDifference.Of("y", [0, 0], [0, 0]).IsWithin(0));
    }

    [Fact]
    public void The_problem_tells_a_difference_from_numbers_that_are_not_finite()
    {
        Assert.Equal(
            "the output 'y' has numbers that are not finite (1), which cannot be compared",
            OutputDifference.Problem([OutputDifference.Of("y", [float.NaN, 1], [float.NaN, 1])], 1e-4));
        Assert.Equal(
            "the output 'y' differs by 5.0e-1 of its largest value, more than 1.0e-4",
            OutputDifference.Problem([OutputDifference.Of("y", [1, 2], [1, 3])], 1e-4));
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
