using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>What Alg. 1 decides at the start of an epoch.</summary>
/// <param name="Phase">How the epoch is trained; <see cref="Phase.Final"/> means: cut first.</param>
/// <param name="Partition">The sub-network of the epoch; null before the search begins.</param>
/// <param name="J">Eq. 3.</param>
/// <param name="AverageJ">Eq. 4.</param>
/// <param name="Lambda">Eq. 7; null outside of sparsity learning.</param>
/// <param name="SearchSeconds">What saliency and search took.</param>
public sealed record EpochPlan(
    Phase Phase, Partition? Partition, double? J, double? AverageJ, double? Lambda, double SearchSeconds)
{
    /// <summary>The share of the resource that is in dispute, 0 to 0.5; null before the first epochs.</summary>
    public double? Dispute { get; init; }

    /// <summary>When Eq. 6 will hold, by the trend of J_avg; null where it cannot be foreseen.</summary>
    public int? PredictedStableEpoch { get; init; }

    /// <summary>Multiply-accumulates of the epoch's sub-network: what is left if it is the last one.</summary>
    public long? PredictedMacs { get; init; }
}
