namespace Ocs.Pruning.Latency;

/// <summary>A latency to reach, in place of <see cref="PruneOptions.Target"/>.</summary>
/// <param name="Seconds">The most that the cut network may take for a batch, above 0.</param>
/// <param name="Clock">
/// The clock. It uses the batch size and the threads that the network will be deployed with.
/// </param>
public sealed record LatencyTarget(double Seconds, ILatencyClock Clock)
{
    // Tolerance of 2 %: medians of repeated measurements differ by as much.
    private const double Slack = 0.02;

    /// <summary>Whether a time meets the target, with a tolerance of 2 % because medians differ by as much.</summary>
    /// <param name="seconds">The time.</param>
    public bool IsMetBy(double seconds) => seconds <= Seconds * (1 + Slack);
}
