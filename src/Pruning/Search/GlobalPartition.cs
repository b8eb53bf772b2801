using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Ranks the channels of all groups together and cuts the list where the target is met (Alg. 1, line 5).
/// </summary>
public static class GlobalPartition
{
    internal const double Tolerance = 5e-4;

    /// <summary>
    /// The fewest of the lowest-ranked channels whose removal reaches the target. The best channel of each group (the last one among
    /// equals) always stays, and so do those that the limits protect.
    /// </summary>
    /// <param name="groups">All groups, in order.</param>
    /// <param name="saliency">By group, the saliency of each channel; empty where the group may not be cut.</param>
    /// <param name="constraint">Psi.</param>
    /// <param name="target">Fraction of Psi to remove.</param>
    /// <param name="limits">What each group keeps; null for one channel.</param>
    /// <exception cref="OcsInputException">
    /// Even without every channel that may leave, too much is left.
    /// </exception>
    public static Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ResourceConstraint constraint,
        double target,
        PruningLimits? limits = null) =>
        new ClassRanking(groups, saliency, _ => "all", limits ?? PruningLimits.None)
            .Search(constraint, target, "one channel less would miss the target");
}
