using System.Collections.Immutable;

namespace Ocs.Core;

/// <summary>
/// The seconds of candidates that ran in turns (whole, cut, whole, cut, ...), so that other load on the machine slows
/// all alike. All speed-ups are computed here.
/// </summary>
internal sealed class TurnTimes
{
    private readonly ImmutableArray<List<double>> _seconds;

    private TurnTimes(int candidates) =>
        _seconds = [.. Enumerable.Range(0, candidates).Select(_ => new List<double>())];

    /// <summary>How many turns were timed.</summary>
    public int Turns => _seconds.Max(runs => runs.Count);

    /// <summary>Runs the candidates, each once in a turn.</summary>
    /// <param name="candidates">What is timed, at least one.</param>
    /// <param name="plan">How often.</param>
    /// <param name="clock">What times.</param>
    /// <param name="stop">Ends the trial.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> says so.</exception>
    public static TurnTimes Take(
        IReadOnlyList<TimedCandidate> candidates, TurnPlan plan, TimeProvider clock, CancellationToken stop = default)
    {
        var times = new TurnTimes(candidates.Count);
        var total = 0.0;
        for (var turn = -plan.WarmUps; turn < plan.Fewest || (turn < plan.Most && total < plan.Seconds); turn++)
        {
            var left = times.Left(candidates, plan.DropOut, turn);
            if (plan.DropOut is { } rule && turn >= rule.After && left.Length == 1)
            {
                break;
            }

            foreach (var i in left)
            {
                stop.ThrowIfCancellationRequested();
                if (turn < 0)
                {
                    candidates[i].WarmUp();
                    continue;
                }

                var warms = plan.WarmEachRun && !(times._seconds[i].LastOrDefault() >= plan.WarmBelow);
                total += times.Add(i, Seconds(candidates[i], warms, clock, isFirst: turn == 0));
            }
        }

        return times;
    }

    /// <summary>The same for candidates without warm-up or preparation of their own.</summary>
    /// <inheritdoc cref="Take(IReadOnlyList{TimedCandidate}, TurnPlan, TimeProvider, CancellationToken)"/>
    public static TurnTimes Take(
        IEnumerable<Action> candidates, TurnPlan plan, TimeProvider clock, CancellationToken stop = default) =>
        Take([.. candidates.Select(run => new TimedCandidate(run))], plan, clock, stop);

    /// <summary>The shortest of a candidate's runs, in seconds: what it takes when nothing disturbs it.</summary>
    public double Shortest(int candidate) => _seconds[candidate].DefaultIfEmpty(double.PositiveInfinity).Min();

    /// <summary>The median of a candidate's runs, in seconds.</summary>
    public double Median(int candidate) => Quantile(candidate, 0.5);

    /// <summary>A quantile of a candidate's runs: the nearest rank, or the mean of the two middle ones.</summary>
    public double Quantile(int candidate, double fraction) => Quantile(_seconds[candidate], fraction);

    /// <summary>How many times as fast as another a candidate is, by their medians.</summary>
    public double SpeedUp(int candidate, int over) => Median(over) / Median(candidate);

    /// <summary>The nearest rank of numbers, of two middle ones their mean.</summary>
    public static double Quantile(IEnumerable<double> numbers, double fraction)
    {
        double[] sorted = [.. numbers.Order()];
        var rank = fraction * sorted.Length;
        var above = sorted[Math.Min((int)rank, sorted.Length - 1)];
        return rank == Math.Floor(rank) && rank > 0 ? (sorted[(int)rank - 1] + above) / 2 : above;
    }

    /// <summary>Choices with their seconds, the fastest first; of equals, the one that was named first.</summary>
    public static IReadOnlyList<(T Choice, double Seconds)> Ranked<T>(
        IEnumerable<T> choices, IEnumerable<double> seconds) =>
        [.. choices.Zip(seconds).OrderBy(pair => pair.Second)];

    private static double Seconds(TimedCandidate candidate, bool warms, TimeProvider clock, bool isFirst)
    {
        if (isFirst)
        {
            candidate.Prepare();
        }

        if (warms)
        {
            candidate.Run();
        }

        var start = clock.GetTimestamp();
        candidate.Run();
        return clock.GetElapsedTime(start).TotalSeconds;
    }

    private double Add(int candidate, double seconds)
    {
        _seconds[candidate].Add(seconds);
        return seconds;
    }

    // The candidates of a turn. A candidate that missed a turn stays out, because the ratio of its shortest run to the
    // fastest's can only grow.
    private int[] Left(IReadOnlyList<TimedCandidate> candidates, DropOut? rule, int turn)
    {
        int[] all = [.. Enumerable.Range(0, candidates.Count)];
        if (rule is null || turn < rule.After)
        {
            return all;
        }

        var bound = rule.Factor * all
            .Where(i => candidates[i].Competes)
            .Select(Shortest)
            .DefaultIfEmpty(double.PositiveInfinity)
            .Min();
        return [.. all.Where(i => !candidates[i].Competes || (_seconds[i].Count == turn && Shortest(i) <= bound))];
    }
}
