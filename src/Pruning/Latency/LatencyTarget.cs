namespace Ocs.Pruning.Latency;

/// <summary>A time of inference to reach, in place of <see cref="PruneOptions.Target"/>.</summary>
/// <param name="Seconds">The most that the cut network may take for a batch, above 0.</param>
/// <param name="Clock">What takes the time. Its batch and its threads are those that the network will run with.</param>
public sealed record LatencyTarget(double Seconds, ILatencyClock Clock)
{
    // A cut that misses the time by so little meets it: so much do medians differ from each other.
    private const double Slack = 0.02;

    /// <summary>
    /// Whether a time meets the target. Two hundredths more than <see cref="Seconds"/> do: medians differ by as much.
    /// </summary>
    /// <param name="seconds">The time.</param>
    public bool IsMetBy(double seconds) => seconds <= Seconds * (1 + Slack);
}
