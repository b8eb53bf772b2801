using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Chooses the sub-network by the channels' scores. <see cref="PruneOptions.CustomRanking"/> takes one of your own;
/// <see cref="ClassRanking"/> makes one from classes of groups.
/// </summary>
public interface IRanking
{
    /// <summary>Its name in records and messages.</summary>
    string Name { get; }

    /// <summary>Chooses the channels that stay.</summary>
    /// <param name="groups">All groups, in order.</param>
    /// <param name="saliency">By group, the score of each channel; empty if the group may not be cut.</param>
    /// <param name="constraint">Counts the resource of a sub-network.</param>
    /// <param name="target">The fraction of the resource to remove.</param>
    /// <param name="limits">What each group keeps.</param>
    /// <returns>The sub-network. Groups that may not be cut keep all of their channels.</returns>
    /// <exception cref="OcsInputException">
    /// The target cannot be reached even if every removable channel is removed.
    /// </exception>
    Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ResourceConstraint constraint,
        double target,
        PruningLimits limits);
}
