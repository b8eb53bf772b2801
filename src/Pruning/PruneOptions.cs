using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>What a cut removes: budget, criterion, ranking and limits. The defaults suit any network.</summary>
public record PruneOptions
{
    /// <summary>Fraction of the resource to remove: alpha of Eq. 1, in (0, 1).</summary>
    public double Target { get; init; } = 0.5;

    /// <summary>What the target counts: Psi of Eq. 1.</summary>
    public Resource Resource { get; init; }

    /// <summary>
    /// Your own resource for the target, in place of <see cref="Resource"/>; null to use <see cref="Resource"/>.
    /// </summary>
    public IResource? CustomResource { get; init; }

    /// <summary>
    /// The criterion that channels are ranked by: Eq. 2, the program's square of it, or another of the field's.
    /// </summary>
    public SaliencyKind Saliency { get; init; }

    /// <summary>Your own criterion, in place of <see cref="Saliency"/>; null to use <see cref="Saliency"/>.</summary>
    public ISaliency? CustomSaliency { get; init; }

    /// <summary>The seed of the criterion `random`.</summary>
    public ulong SaliencySeed { get; init; }

    /// <summary>
    /// Whether all coupled slices are ranked together (Eq. 2), or the producing layer alone (Tab. 5).
    /// </summary>
    public SaliencyScope Scope { get; init; }

    /// <summary>Whether channels of costly groups are ranked lower, as the program does.</summary>
    public bool CostWeighting { get; init; }

    /// <summary>
    /// Which channels are compared with each other. After few epochs, a global ranking removes nearly all channels of
    /// some layers.
    /// </summary>
    public Ranking Ranking { get; init; } = Ranking.Isomorphic;

    /// <summary>Your own ranking, in place of <see cref="Ranking"/>; null to use <see cref="Ranking"/>.</summary>
    public IRanking? CustomRanking { get; init; }

    /// <summary>
    /// Largest fraction of a group that may be removed, in (0, 1]. At least one channel always remains.
    /// </summary>
    public double MaximumPruned { get; init; } = 0.9;

    /// <summary>
    /// The same for groups whose channels some layers make, each as pattern=fraction: "layer1.*=0.5".
    /// </summary>
    public ImmutableArray<string> MaximumPrunedOf { get; init; } = [];

    /// <summary>How many channels each group keeps at least, at least 1.</summary>
    public int MinimumChannels { get; init; } = 1;

    /// <summary>
    /// Groups keep a multiple of this many channels, rounded up, or all; at least 1. Null for what runs fast in
    /// inference: 16 of 32 channels or more, 8 of 16 to 31, 2 of 8 to 15, any number of fewer.
    /// </summary>
    [Automatic]
    public int? RoundTo { get; init; }

    /// <summary>
    /// How far the removed fraction may exceed the target, above 0. To stay within it, some groups keep a few channels
    /// beyond multiples of <see cref="RoundTo"/>. Null sets no limit.
    /// </summary>
    public double? TargetTolerance { get; init; } = 0.005;

    /// <summary>Patterns of parameter names (`*`, `?`); a group with slices in any of them is not cut.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>
    /// Patterns of parameter names. A group with slices outside of these parameters is not cut. Empty for all
    /// parameters.
    /// </summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Kinds of groups that are not cut, such as the hidden width of a transformer.</summary>
    public ImmutableArray<GroupKind> Freeze { get; init; } = [];

    /// <summary>
    /// How attention is cut: whole heads, or the same index in every head. Null uses the network's own policy.
    /// </summary>
    public CouplingPolicy? Heads { get; init; }

    /// <summary>
    /// How grouped convolutions and group norms are cut: the same index in every group, or whole groups. Null uses the
    /// network's own policy.
    /// </summary>
    public CouplingPolicy? Groups { get; init; }

    /// <summary>How the sub-network is found among the ranked channels.</summary>
    public PartitionRule Partition { get; init; }

    /// <summary>What each group keeps.</summary>
    public PruningLimits Limits => new()
    {
        MinimumChannels = MinimumChannels,
        MaximumPruned = MaximumPruned,
        MaximumPrunedOf = [.. MaximumPrunedOf.Select(PatternLimit.Parse)],
        RoundTo = RoundTo,
        TargetTolerance = TargetTolerance,
    };

    /// <summary>The criterion: `CustomSaliency`, or the one that <see cref="Saliency"/> names.</summary>
    internal ISaliency Criterion => CustomSaliency ?? GroupSaliency.Of(Saliency, SaliencySeed);

    /// <summary>Criterion, ranking and resource by their names, a line each, as a record keeps them.</summary>
    internal string Names =>
        $"saliency: {Criterion.Name}\n"
        + $"ranking: {CustomRanking?.Name ?? OptionName.Of($"{Ranking}")}\n"
        + $"resource: {CustomResource?.Name ?? OptionName.Of($"{Resource}")}\n";

    /// <summary>
    /// Throws one <see cref="OcsInputException"/> that names every option of this record that is out of range.
    /// </summary>
    public void ValidateSearch() => Throw([.. OptionProblems.OfSearch(this)]);

    private protected static void Throw(ImmutableArray<string> problems)
    {
        if (!problems.IsEmpty)
        {
            throw new OcsInputException($"Pruning options: {string.Join("; ", problems)}.");
        }
    }
}
