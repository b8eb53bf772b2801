using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>Where a run is in its one cycle.</summary>
public enum Phase
{
    /// <summary>Plain training; sub-networks are only observed.</summary>
    Train,

    /// <summary>The pruned slices are driven to zero.</summary>
    Sparsity,

    /// <summary>The network is cut, and trains on.</summary>
    Final,
}

/// <summary>What Alg. 1 decides at the start of an epoch.</summary>
/// <param name="Phase">How the epoch is trained; <see cref="Phase.Final"/> means: cut first.</param>
/// <param name="Partition">The sub-network of the epoch; null before the search begins.</param>
/// <param name="J">Eq. 3.</param>
/// <param name="AverageJ">Eq. 4.</param>
/// <param name="Lambda">Eq. 7; null outside of sparsity learning.</param>
/// <param name="SearchSeconds">What saliency and search took.</param>
public sealed record EpochPlan(
    Phase Phase, Partition? Partition, double? J, double? AverageJ, double? Lambda, double SearchSeconds);
