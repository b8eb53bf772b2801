namespace Ocs.Core.Tests.Timing;

public sealed class LapTimesTests
{
    private readonly HandClock _clock = new();

    [Theory]
    [InlineData(0, new double[] { })] // No lap has begun.
    [InlineData(9, new double[] { 9 })] // There are warm-ups only: the last counts.
    [InlineData(8, new double[] { 9, 8 })]
    [InlineData(3, new double[] { 9, 8, 3 })]
    [InlineData(3.5, new double[] { 9, 8, 3, 4 })]
    [InlineData(4, new double[] { 9, 8, 3, 70, 4 })]
    public void The_median_is_of_the_laps_after_the_warm_ups(double expected, double[] seconds)
    {
        var laps = new LapTimes(warmUps: 2, timed: 3, _clock);
        _clock.Advance(100);
        laps.End();
        foreach (var lap in seconds)
        {
            Assert.False(laps.IsComplete);
            _clock.Advance(lap);
            laps.End();
        }

        Assert.Equal(expected, laps.Median);
        Assert.Equal(seconds.Length == 5, laps.IsComplete);
    }
}
