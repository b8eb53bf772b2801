using Ocs.Pruning.Stability;

namespace Ocs.Pruning.Tests.Stability;

public sealed class StabilityForecastTests
{
    private const double Epsilon = 0.001;

    [Fact]
    public void What_halves_its_distance_every_epoch_arrives_when_the_halves_are_small_enough()
    {
        // 0.5^epoch <= 0.001 first at epoch 10.
        Assert.Equal(10, StabilityForecast.Epoch(Halves(6), start: 0, Epsilon, end: 100));
        Assert.Equal(10, StabilityForecast.Epoch(Halves(9), start: 3, Epsilon, end: 100));
    }

    [Fact]
    public void What_was_before_sparsity_learning_does_not_count()
    {
        double?[] averages = [null, 0.9, 0.7, 0.99, .. Halves(8).Skip(4)];
        Assert.Equal(10, StabilityForecast.Epoch(averages, start: 4, Epsilon, end: 100));
        Assert.Null(StabilityForecast.Epoch(averages, start: 5, Epsilon, end: 100));
    }

    [Theory]
    [InlineData(0.5, 0.5, 0.5, 0.5, 0.5)]
    [InlineData(0.9, 0.8, 0.7, 0.6, 0.5)]
    [InlineData(0.9, 0.7, 0.9, 0.7, 0.91)]
    public void Where_there_is_no_trend_towards_it_nothing_is_foreseen(params double[] averages) =>
        Assert.Null(
            StabilityForecast.Epoch([.. averages.Select(average => (double?)average)], start: 0, Epsilon, end: 100));

    [Fact]
    public void After_the_last_epoch_nothing_is_foreseen_and_the_past_is_not_either()
    {
        Assert.Null(StabilityForecast.Epoch(Halves(6), start: 0, Epsilon, end: 10));

        // By the trend epoch 4 had done it; the next one is the first that can.
        Assert.Equal(6, StabilityForecast.Epoch(Halves(6), start: 0, epsilon: 0.07, end: 100));
    }

    private static double?[] Halves(int count) =>
        [.. Enumerable.Range(0, count).Select(epoch => (double?)(1 - Math.Pow(0.5, epoch)))];
}
