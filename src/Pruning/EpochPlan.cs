using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>What Alg. 1 decides at the start of an epoch.</summary>
/// <param name="Phase">How the epoch is trained. If it is <see cref="Phase.Final"/>, the network is cut first.</param>
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

    /// <summary>
    /// The epoch at which Eq. 6 is expected to hold, extrapolated from J_avg; null if there is no trend.
    /// </summary>
    public int? PredictedStableEpoch { get; init; }

    /// <summary>Multiply-accumulates of the epoch's sub-network.</summary>
    public long? PredictedMacs { get; init; }
}
