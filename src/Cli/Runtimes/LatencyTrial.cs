using System.Diagnostics;

namespace Ocs.Cli.Runtimes;

/// <summary>Times runs in turns, so that what else the machine does hits them alike.</summary>
internal static class LatencyTrial
{
    /// <summary>
    /// The seconds of each run, by candidate. Before each there is one that is not timed: without it, a network would pay for the
    /// caches and the waiting threads of the one before it, which it does not where it runs alone.
    /// </summary>
    public static IReadOnlyList<double[]> Seconds(IReadOnlyList<NetworkRun> candidates, int warmUps, int rounds, CancellationToken stop)
    {
        var seconds = candidates.Select(_ => new double[rounds]).ToArray();
        for (var round = -warmUps; round < rounds; round++)
        {
            for (var i = 0; i < candidates.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                candidates[i].Execute();
                if (round >= 0)
                {
                    var start = Stopwatch.GetTimestamp();
                    candidates[i].Execute();
                    seconds[i][round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }
        }

        return seconds;
    }

    /// <summary>The number that a fraction of the numbers is not above: the nearest rank, of two middle ones their mean.</summary>
    public static double Quantile(IEnumerable<double> numbers, double fraction)
    {
        double[] sorted = [.. numbers.Order()];
        var rank = fraction * sorted.Length;
        var above = sorted[Math.Min((int)rank, sorted.Length - 1)];
        return rank == Math.Floor(rank) && rank > 0 ? (sorted[(int)rank - 1] + above) / 2 : above;
    }
}
