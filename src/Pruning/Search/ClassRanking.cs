using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Ranks the channels of each class of groups together. Every class loses the same fraction of its channels: the
/// smallest that meets the target.
/// </summary>
/// <remarks>
/// A class of n channels loses floor(n times the fraction), but never what the limits protect. Of channels with equal
/// scores, the last one stays.
/// </remarks>
/// <param name="name">Its name in records and messages.</param>
/// <param name="classOf">Maps a group to the name of its class.</param>
public sealed class ClassRanking(string name, Func<Group, string> classOf) : IRanking
{
    /// <summary>More than this fraction above the target is noted.</summary>
    internal const double Tolerance = 5e-4;

    /// <summary>
    /// All groups are one class (Alg. 1, line 5): as few of the lowest-ranked channels as possible are removed.
    /// </summary>
    public static ClassRanking Global { get; } = new(OptionName.Of(nameof(Ranking.Global)), _ => "all")
    {
        WhyNoLess = "one channel less would miss the target",
    };

    /// <summary>Each group is a class.</summary>
    public static ClassRanking PerGroup { get; } = new(OptionName.Of(nameof(Ranking.PerGroup)), group => $"{group.Id}")
    {
        WhyNoLess = "a smaller fraction of every group would miss the target",
    };

    /// <summary>
    /// Groups of the same shape are a class, because saliencies of unlike sub-structures cannot be compared. Fang et
    /// al. 2024, Isomorphic Pruning, arXiv 2407.04616.
    /// </summary>
    /// <remarks>
    /// Groups of the same shape have equally many channels and members of the same kinds: role, dimension, indices a
    /// channel.
    /// </remarks>
    public static ClassRanking Isomorphic { get; } = new(OptionName.Of(nameof(Ranking.Isomorphic)), ShapeOf);

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>The note's explanation if more than the target is removed.</summary>
    internal string WhyNoLess { get; init; } = "a smaller fraction of every class would miss the target";

    /// <inheritdoc/>
    public Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ResourceConstraint constraint,
        double target,
        PruningLimits limits) =>
        new ClassSearch(groups, saliency, classOf, limits).Search(constraint, target, WhyNoLess);

    /// <summary>The same with no other limit than one channel in each group.</summary>
    internal Partition Search(
        ImmutableArray<Group> groups, ImmutableArray<double[]> saliency, ResourceConstraint constraint,
        double target) =>
        Search(groups, saliency, constraint, target, PruningLimits.None);

    /// <summary>A ranking that options name.</summary>
    internal static ClassRanking Of(Ranking ranking) => ranking switch
    {
        Ranking.PerGroup => PerGroup,
        Ranking.Isomorphic or Ranking.Auto => Isomorphic,
        _ => Global,
    };

    private static string ShapeOf(Group group)
    {
        var members = group.Members.Select(member => $"{member.Role}/{member.Dimension}x{member.IndicesPerChannel}");
        return $"{group.Channels}: {string.Join(' ', members)}";
    }
}
