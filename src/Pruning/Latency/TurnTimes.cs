using System.Collections.Immutable;

namespace Ocs.Pruning.Latency;

/// <summary>How many turns a trial takes: until both <see cref="Fewest"/> and <see cref="Seconds"/> are reached, but no more than <see cref="Most"/>.</summary>
public sealed record TurnPlan
{
    /// <summary>Turns before those that count.</summary>
    public int WarmUps { get; init; } = 3;

    public int Fewest { get; init; } = 11;

    public int Most { get; init; } = 201;

    /// <summary>Of timed runs, all candidates together.</summary>
    public double Seconds { get; init; } = 0.5;

    /// <summary>So many turns, however long they take.</summary>
    public static TurnPlan Exactly(int warmUps, int turns) => new() { WarmUps = warmUps, Fewest = turns, Most = turns };
}

/// <summary>
/// The seconds of candidates that ran in turns (whole, cut, whole, cut, ...), so that what else the machine does hits them alike. Every
/// statement of how much faster one is than another comes from here.
/// </summary>
public sealed class TurnTimes
{
    private readonly ImmutableArray<List<double>> _seconds;

    private TurnTimes(int candidates) => _seconds = [.. Enumerable.Range(0, candidates).Select(_ => new List<double>())];

    /// <summary>How many turns were timed.</summary>
    public int Turns => _seconds[0].Count;

    /// <summary>
    /// Runs the candidates. Before each run that is timed there is one that is not: without it, a network would pay for the caches and the
    /// waiting threads of the one before it, which it does not where it runs alone.
    /// </summary>
    /// <param name="candidates">What is timed, at least one.</param>
    /// <param name="plan">How often.</param>
    /// <param name="clock">What times.</param>
    /// <param name="stop">Ends the trial.</param>
    public static TurnTimes Take(IReadOnlyList<Action> candidates, TurnPlan plan, TimeProvider clock, CancellationToken stop)
    {
        var times = new TurnTimes(candidates.Count);
        for (var (turn, total) = (-plan.WarmUps, 0.0); turn < plan.Fewest || (turn < plan.Most && total < plan.Seconds); turn++)
        {
            for (var i = 0; i < candidates.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                candidates[i]();
                if (turn >= 0)
                {
                    var start = clock.GetTimestamp();
                    candidates[i]();
                    times._seconds[i].Add(clock.GetElapsedTime(start).TotalSeconds);
                    total += times._seconds[i][^1];
                }
            }
        }

        return times;
    }

    /// <summary>The median of a candidate's runs, in seconds.</summary>
    public double Median(int candidate) => Quantile(candidate, 0.5);

    /// <summary>What a fraction of a candidate's runs did not take longer than: the nearest rank, of two middle ones their mean.</summary>
    public double Quantile(int candidate, double fraction) => Quantile(_seconds[candidate], fraction);

    /// <summary>How many times as fast as another a candidate is, by their medians.</summary>
    public double SpeedUp(int candidate, int over) => Median(over) / Median(candidate);

    internal static double Quantile(IEnumerable<double> numbers, double fraction)
    {
        double[] sorted = [.. numbers.Order()];
        var rank = fraction * sorted.Length;
        var above = sorted[Math.Min((int)rank, sorted.Length - 1)];
        return rank == Math.Floor(rank) && rank > 0 ? (sorted[(int)rank - 1] + above) / 2 : above;
    }
}
