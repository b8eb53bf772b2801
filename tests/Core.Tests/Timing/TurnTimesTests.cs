namespace Ocs.Core.Tests.Timing;

/// <summary>Turns, with a clock that only runs when a candidate says so.</summary>
public sealed class TurnTimesTests
{
    private readonly HandClock _clock = new();

    [Theory]
    [InlineData(0.5, 3, new double[] { 5, 1, 3 })]
    [InlineData(0.5, 2.5, new double[] { 4, 1, 3, 2 })]
    [InlineData(0.95, 4, new double[] { 4, 1, 3, 2 })]
    [InlineData(0.95, 7, new double[] { 7 })]
    [InlineData(0.95, 19.5, new double[] { 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    public void A_quantile_is_the_nearest_rank(double fraction, double expected, double[] numbers) =>
        Assert.Equal(expected, TurnTimes.Quantile(numbers, fraction));

    [Fact]
    public void Candidates_take_turns_and_each_run_comes_after_one_that_is_not_timed()
    {
        var order = new List<char>();

        var times = Take(TurnPlan.Exactly(warmUps: 2, turns: 3), () => order.Add('a'), () => order.Add('b'));

        Assert.Equal("ababaabbaabbaabb", string.Concat(order));
        Assert.Equal(3, times.Turns);
    }

    [Fact]
    public void A_machine_that_slows_down_hits_all_alike()
    {
        var (runs, load) = (0, 1);
        var times = Take(
            TurnPlan.Exactly(0, 5),
            () =>
            {
                load = 1 + runs++ / 2;
                _clock.Advance(10 * load);
            },
            () => _clock.Advance(5 * load));
        Assert.Equal((30, 15), (times.Median(0), times.Median(1)));
        Assert.Equal(2, times.SpeedUp(1, over: 0));
        Assert.Equal(0.5, times.SpeedUp(0, over: 1));
        Assert.Equal(50, times.Quantile(0, 0.95));
    }

    [Theory]
    [InlineData(1, 5)] // 2 s a turn: five are the fewest.
    [InlineData(0.1, 15)] // 0.2 s a turn: as many as make 3 s.
    [InlineData(0.001, 20)] // As many as are allowed.
    public void Short_runs_take_more_turns(double seconds, int turns)
    {
        var plan = new TurnPlan { WarmUps = 1, Fewest = 5, Most = 20, Seconds = 2.9 };
        Assert.Equal(turns, Take(plan, () => _clock.Advance(seconds), () => _clock.Advance(seconds)).Turns);
    }

    [Fact]
    public void A_trial_can_be_stopped() => Assert.Throws<OperationCanceledException>(
        () => TurnTimes.Take([() => { }], TurnPlan.Exactly(0, 1), _clock, new(canceled: true)));

    [Fact]
    public void Runs_need_not_be_warmed_one_by_one_and_what_prepares_them_is_not_timed()
    {
        var order = new List<char>();
        var times = TurnTimes.Take(
            [
                new TimedCandidate(() => Take('a', 2)) { WarmUp = () => Take('w', 3), Prepare = () => Take('p', 5) },
                new TimedCandidate(() => Take('b', 7)),
            ],
            TurnPlan.Exactly(warmUps: 2, turns: 3) with { WarmEachRun = false },
            _clock);

        Assert.Equal("wbwbpababab", string.Concat(order));
        Assert.Equal((2, 7), (times.Shortest(0), times.Shortest(1)));

        void Take(char letter, int seconds)
        {
            order.Add(letter);
            _clock.Advance(seconds);
        }
    }

    [Fact]
    public void A_long_run_is_warmed_once_and_a_short_one_each_time()
    {
        var order = new List<char>();
        TurnTimes.Take(
            [() => Take('a', 2), () => Take('b', 3)],
            TurnPlan.Exactly(warmUps: 0, turns: 3) with { WarmBelow = 3 },
            _clock);

        Assert.Equal("aabbaabaab", string.Concat(order));

        void Take(char letter, int seconds)
        {
            order.Add(letter);
            _clock.Advance(seconds);
        }
    }

    [Fact]
    public void Who_stays_behind_takes_fewer_turns_and_what_it_is_compared_with_takes_all()
    {
        // b is held up in its first turn, c is slow, d is slower and is not one to choose.
        var runs = new int[4];
        var times = TurnTimes.Take(
            [
                new TimedCandidate(() => Run(0, 4)),
                new TimedCandidate(() => Run(1, runs[1] == 0 ? 90 : 5)),
                new TimedCandidate(() => Run(2, 6)),
                new TimedCandidate(() => Run(3, 50)) { Competes = false },
            ],
            Trial,
            _clock);

        Assert.Equal([6, 6, 2, 6], runs);
        Assert.Equal([4, 5, 6, 50], Enumerable.Range(0, 4).Select(times.Shortest));
        Assert.Equal(6, times.Turns);

        void Run(int candidate, int seconds)
        {
            runs[candidate]++;
            _clock.Advance(seconds);
        }
    }

    [Fact]
    public void A_trial_ends_when_one_is_left()
    {
        Assert.Equal(2, TurnTimes.Take([() => _clock.Advance(1), () => _clock.Advance(1.3)], Trial, _clock).Turns);
        Assert.Equal(6, TurnTimes.Take([() => _clock.Advance(1), () => _clock.Advance(1.25)], Trial, _clock).Turns);
        Assert.Equal(2, TurnTimes.Take([() => _clock.Advance(1)], Trial, _clock).Turns);
    }

    [Fact]
    public void The_fastest_comes_first_and_a_tie_keeps_the_order()
    {
        Assert.Equal("channels-last", TurnTimes.Ranked(["contiguous", "channels-last"], [2, 1])[0].Choice);
        Assert.Equal("contiguous", TurnTimes.Ranked(["contiguous", "channels-last"], [1, 2])[0].Choice);
        Assert.Equal("contiguous", TurnTimes.Ranked(["contiguous", "channels-last"], [1, 1])[0].Choice);
    }

    private static TurnPlan Trial =>
        TurnPlan.Exactly(0, 6) with { WarmEachRun = false, DropOut = new(After: 2, Factor: 1.25) };

    private TurnTimes Take(TurnPlan plan, params Action[] candidates) => TurnTimes.Take(candidates, plan, _clock);
}
