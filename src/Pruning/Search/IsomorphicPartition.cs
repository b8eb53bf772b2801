using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Groups of the same shape are ranked together, and every such class loses the same fraction of its channels, for
/// saliencies of unlike sub-structures cannot be compared. Fang et al. 2024, Isomorphic Pruning, arXiv 2407.04616.
/// </summary>
public static class IsomorphicPartition
{
    /// <summary>
    /// Groups are of the same shape when they have equally many channels and members of the same kinds: role,
    /// dimension, indices a channel. Of n channels a class loses the whole part of n times the fraction, but never what
    /// the limits protect.
    /// </summary>
    /// <inheritdoc cref="GlobalPartition.Search" path="/*[not(self::summary)]"/>
    public static Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ResourceConstraint constraint,
        double target,
        PruningLimits? limits = null) =>
        new ClassRanking(groups, saliency, Shape, limits ?? PruningLimits.None)
            .Search(constraint, target, "a smaller fraction of every class would miss the target");

    private static string Shape(Group group)
    {
        var members = group.Members.Select(member => $"{member.Role}/{member.Dimension}x{member.IndicesPerChannel}");
        return $"{group.Channels}: {string.Join(' ', members)}";
    }
}
