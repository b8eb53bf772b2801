namespace Ocs.Pruning.Stability;

/// <summary>Whether sparsity learning starts: the average similarity has stopped rising.</summary>
/// <remarks>t_sl-start = min { t : J_avg^t - J_avg^{t-r} ≤ tau }.</remarks>
[Paper("Eq. 5")]
internal static class SparsityLearningStart
{
    /// <summary>Whether the last of these averages satisfies the condition.</summary>
    public static bool IsReached(IReadOnlyList<double?> averages, int window, double tau) =>
        averages.Count > window && averages[^1] - averages[^(window + 1)] <= tau;
}
