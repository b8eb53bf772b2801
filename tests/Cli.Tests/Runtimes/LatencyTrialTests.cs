using Ocs.Cli.Runtimes;
using Ocs.OnnxRuntime;

namespace Ocs.Cli.Tests.Runtimes;

public class LatencyTrialTests
{
    [Theory]
    [InlineData(0.5, 3, new double[] { 5, 1, 3 })]
    [InlineData(0.5, 2.5, new double[] { 4, 1, 3, 2 })]
    [InlineData(0.95, 4, new double[] { 4, 1, 3, 2 })]
    [InlineData(0.95, 7, new double[] { 7 })]
    [InlineData(0.95, 19.5, new double[] { 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    public void A_quantile_is_the_nearest_rank(double fraction, double expected, double[] numbers) =>
        Assert.Equal(expected, LatencyTrial.Quantile(numbers, fraction));

    [Fact]
    public void Candidates_take_turns_and_each_run_comes_after_one_that_is_not_timed()
    {
        var order = new List<char>();
        using var a = new Recorded('a', order);
        using var b = new Recorded('b', order);

        var seconds = LatencyTrial.Seconds([a, b], warmUps: 2, rounds: 3, CancellationToken.None);

        Assert.Equal("ababaabbaabbaabb", string.Concat(order));
        Assert.All(seconds, times => Assert.Equal(3, times.Length));
    }

    [Fact]
    public void A_trial_can_be_stopped()
    {
        using var run = new Recorded('a', []);

        Assert.Throws<OperationCanceledException>(() => LatencyTrial.Seconds([run], warmUps: 0, rounds: 1, new(canceled: true)));
    }

    private sealed class Recorded(char name, List<char> order) : NetworkRun
    {
        public override void Execute() => order.Add(name);

        public override IReadOnlyList<TensorData> Read() => [];

        public override void Dispose()
        {
        }
    }
}
