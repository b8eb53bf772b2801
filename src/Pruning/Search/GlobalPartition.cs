using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Search;

/// <summary>The sub-network of an epoch: which channels the target would keep.</summary>
/// <param name="Subnetwork">The channels that stay.</param>
/// <param name="Removed">The fraction of the resource that is removed.</param>
/// <param name="Note">Why the target is missed by more than 0.05 %, or null.</param>
public sealed record Partition(Subnetwork Subnetwork, double Removed, string? Note);

/// <summary>
/// Ranks the channels of all groups together and cuts the list where the target is met (Alg. 1, line 5). A probe of the binary
/// search counts the resource of a sub-network, it builds none.
/// </summary>
public static class GlobalPartition
{
    internal const double Tolerance = 5e-4;

    // Products and quotients of fractions such as 0.1 and 0.29 miss whole numbers by a rounding.
    private const double Rounding = 1e-9;

    /// <summary>
    /// The fewest of the lowest-ranked channels whose removal reaches the target. The best channel of each group (the last one among
    /// equals) always stays, and so do those that <paramref name="maximumPruned"/> protects.
    /// </summary>
    /// <param name="groups">All groups, in order.</param>
    /// <param name="saliency">By group, the saliency of each channel; empty where the group may not be cut.</param>
    /// <param name="constraint">Psi.</param>
    /// <param name="target">Fraction of Psi to remove.</param>
    /// <param name="maximumPruned">Largest fraction of a group that may leave.</param>
    /// <exception cref="OcsInputException">Even without every channel that may leave, too much is left.</exception>
    public static Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ResourceConstraint constraint,
        double target,
        double maximumPruned = 1)
    {
        var ranked = Rank(saliency, maximumPruned);
        var kept = groups.Select(group => group.Channels).ToArray();
        var fewest = FewestThatReach(ranked, kept, constraint, target);
        var partition = Take(groups, ranked[..fewest], constraint);
        var excess = partition.Removed - target;
        return excess <= Tolerance
            ? partition
            : partition with
            {
                Note = $"the nearest that ranked channels reach is {partition.Removed:P2} instead of {target:P2}: one channel less would miss the target.",
            };
    }

    // Every candidate, lowest saliency first; equals in the order of groups and channels.
    private static ImmutableArray<Candidate> Rank(ImmutableArray<double[]> saliency, double maximumPruned)
    {
        var candidates = new List<Candidate>();
        for (var group = 0; group < saliency.Length; group++)
        {
            var channels = saliency[group].Length;
            var prunable = Math.Min(channels - 1, (int)(channels * maximumPruned + Rounding));
            candidates.AddRange(saliency[group]
                .Select((score, channel) => new Candidate(score, group, channel))
                .OrderBy(candidate => candidate.Score)
                .ThenBy(candidate => candidate.Channel)
                .Take(Math.Max(prunable, 0)));
        }

        return [.. candidates.OrderBy(candidate => candidate.Score).ThenBy(candidate => candidate.Group).ThenBy(candidate => candidate.Channel)];
    }

    private static int FewestThatReach(ImmutableArray<Candidate> ranked, int[] channels, ResourceConstraint constraint, double target)
    {
        if (!Reaches(ranked.Length))
        {
            var most = 1 - (double)constraint.Count(Without(ranked.Length)) / constraint.Total;
            throw new OcsInputException(
                $"The target {target:P2} can't be reached: without every channel that may leave, {most:P2} is removed; lower the target or raise maximum-pruned.");
        }

        var (low, high) = (0, ranked.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Reaches(middle) ? (low, middle) : (middle + 1, high);
        }

        return low;

        bool Reaches(int count) => 1 - (double)constraint.Count(Without(count)) / constraint.Total >= target - Rounding;

        int[] Without(int count)
        {
            var kept = (int[])channels.Clone();
            foreach (var candidate in ranked.AsSpan()[..count])
            {
                kept[candidate.Group]--;
            }

            return kept;
        }
    }

    private static Partition Take(ImmutableArray<Group> groups, ImmutableArray<Candidate> pruned, ResourceConstraint constraint)
    {
        var byGroup = pruned.ToLookup(candidate => candidate.Group, candidate => candidate.Channel);
        var subnetwork = Subnetwork.FromPruned(groups, groups.Select((_, group) => byGroup[group].ToList()));
        return new(subnetwork, constraint.Removed(subnetwork), Note: null);
    }

    private readonly record struct Candidate(double Score, int Group, int Channel);
}
