using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Every group loses the same fraction of its channels, the lowest-ranked: the smallest fraction that meets the target.
/// </summary>
public static class PerGroupPartition
{
    /// <summary>
    /// Of n channels a group loses the whole part of n times the fraction, but never what the limits protect.
    /// </summary>
    /// <inheritdoc cref="GlobalPartition.Search" path="/*[not(self::summary)]"/>
    public static Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ResourceConstraint constraint,
        double target,
        PruningLimits? limits = null) =>
        new ClassRanking(groups, saliency, group => $"{group.Id}", limits ?? PruningLimits.None)
            .Search(constraint, target, "a smaller fraction of every group would miss the target");
}
