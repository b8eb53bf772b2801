using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Official;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>Finds the sub-network of a network by the criterion, ranking, budget and limits of the options.</summary>
public sealed class SubnetworkSearch
{
    // The authors' program removes no more of a group when it ranks all channels together. More empties whole stages.
    private const double MaximumPrunedOfGlobal = 0.75;

    private readonly PruningLimits _limits;
    private readonly ImmutableArray<double> _costFactors;

    /// <summary>Couples a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Criterion, ranking, budget and limits.</param>
    /// <exception cref="OcsInputException">An option is out of range, or a pattern names nothing.</exception>
    public SubnetworkSearch(Graph graph, PruneOptions options)
        : this(graph, options, coupling => options.CustomResource is { } custom
            ? Custom(coupling, custom)
            : ResourceConstraint.Of(options.Resource, coupling))
    {
    }

    /// <summary>The same with a budget that is made for the coupled network, such as one measured.</summary>
    internal SubnetworkSearch(Graph graph, PruneOptions options, Func<CouplingGraph, ResourceConstraint> budget)
    {
        options.ValidateSearch();
        Options = options.Ranking == Ranking.Auto ? options with { Ranking = Ranking.Isomorphic } : options;
        _limits = options.Limits;
        NamePattern.Check(_limits.MaximumPrunedOf.Select(limit => limit.Pattern), graph);
        Coupling = CouplingGraph.Build(graph.WithPolicies(options.Heads, options.Groups))
            .Freeze(options.Ignore, options.Only)
            .Freeze(options.Freeze);
        Constraint = budget(Coupling);
        _costFactors = options.CostWeighting ? CostWeighting.Factors(Coupling) : [.. Coupling.Groups.Select(_ => 1.0)];
    }

    private SubnetworkSearch(SubnetworkSearch other, PruneOptions options)
    {
        (Options, Coupling, Constraint, _costFactors) = (options, other.Coupling, other.Constraint, other._costFactors);
        _limits = options.Limits;
    }

    /// <summary>Criterion, ranking, budget and limits. The ranking `auto` has become one of the others.</summary>
    public PruneOptions Options { get; }

    /// <summary>The coupling; its graph has the policies of the options.</summary>
    public CouplingGraph Coupling { get; }

    /// <summary>The budget: what the target counts.</summary>
    public ResourceConstraint Constraint { get; }

    /// <summary>The largest fraction of the resource that can be removed within the limits.</summary>
    public double LargestTarget => Constraint.Removed(Narrowest);

    /// <summary>
    /// The sub-network in which every removable channel is removed. Which channels of a group stay is arbitrary.
    /// </summary>
    public Subnetwork Narrowest => NarrowestWithin(LimitsFor(1));

    /// <summary>
    /// Finds the sub-network of the present weights. The fraction to remove is that of the options unless given.
    /// </summary>
    /// <exception cref="OcsInputException">
    /// The target cannot be reached, or the criterion lacks gradients or slices.
    /// </exception>
    public Partition Find(ParameterTable parameters, double? target = null)
    {
        var fraction = target ?? Options.Target;
        var saliency = GroupSaliency.Compute(Coupling.Groups, parameters, Options.Criterion, Options.Scope);
        RequireNumbers(saliency);
        return Rank(saliency, fraction) with { Saliency = saliency };
    }

    /// <summary>
    /// The same search with another ranking. A global one removes at most three quarters of a group if it can reach the
    /// target so.
    /// </summary>
    internal SubnetworkSearch With(Ranking ranking)
    {
        var ranked = Options with { Ranking = ranking };
        if (ranking != Ranking.Global || Options.MaximumPruned <= MaximumPrunedOfGlobal)
        {
            return new(this, ranked);
        }

        var limited = new SubnetworkSearch(this, ranked with { MaximumPruned = MaximumPrunedOfGlobal });
        return limited.LargestTarget >= Options.Target ? limited : new(this, ranked);
    }

    private Partition Rank(ImmutableArray<double[]> saliency, double fraction)
    {
        var groups = Coupling.Groups;
        if (Options.Partition == PartitionRule.Official)
        {
            return OfficialPartition.Search(
                groups, saliency, _costFactors, Constraint, fraction, Options.MaximumPruned);
        }

        saliency = Weighted(saliency);
        return Options.CustomRanking is { } custom
            ? Checked(custom, custom.Search(groups, saliency, Constraint, fraction, LimitsFor(fraction)))
            : ClassRanking.Of(Options.Ranking).Search(groups, saliency, Constraint, fraction, LimitsFor(fraction));
    }

    // Default multiples are halved until the target can be reached.
    private PruningLimits LimitsFor(double target)
    {
        var limits = _limits;
        while (limits.RoundTo is null && limits.Refinement < ChannelMultiple.Block
            && Constraint.Removed(NarrowestWithin(limits)) < target)
        {
            limits = limits with { Refinement = 2 * limits.Refinement };
        }

        return limits;
    }

    private Subnetwork NarrowestWithin(PruningLimits limits) => Subnetwork.FromPruned(
        Coupling.Groups,
        Coupling.Groups.Select(group =>
        {
            var kept = group.IsPrunable ? limits.Rounded(group, limits.FewestKept(group)) : group.Channels;
            return (int[])[.. Enumerable.Range(kept, group.Channels - kept)];
        }));

    private static ResourceConstraint Custom(CouplingGraph coupling, IResource resource)
    {
        var constraint = new ResourceConstraint(coupling, resource);
        return constraint.Total > 0
            ? constraint
            : throw new OcsInputException(
                $"Resource '{resource.Name}' counts {constraint.Total} in the whole of '{coupling.Graph.Name}'; "
                + "it must count more than 0.");
    }

    // Weights that are not finite give scores that are NaN. Criteria of users must not give NaN.
    private void RequireNumbers(ImmutableArray<double[]> saliency)
    {
        if (Options.CustomSaliency is { } custom
            && Coupling.Groups.Zip(saliency).FirstOrDefault(pair => pair.Second.Any(double.IsNaN)).First is { } group)
        {
            throw new OcsInputException(
                $"Saliency '{custom.Name}' gave a channel of group '{group.Name}' a score that is no number; "
                + "no channel can be ranked by that.");
        }
    }

    private Partition Checked(IRanking ranking, Partition partition) =>
        partition.Subnetwork.IsOf(Coupling.Groups)
        && Coupling.Groups.Zip(partition.Subnetwork.Kept).All(pair =>
            pair.First.IsPrunable || pair.Second.Length == pair.First.Channels)
            ? partition
            : throw new OcsInputException(
                $"Ranking '{ranking.Name}' gave no sub-network of '{Coupling.Graph.Name}'; it must keep a channel of "
                + "each group, each once and in ascending order, and all of a group that may not be cut.");

    private ImmutableArray<double[]> Weighted(ImmutableArray<double[]> saliency) => Options.CostWeighting
        ? [.. saliency.Select((channels, group) => channels.Select(score => score * _costFactors[group]).ToArray())]
        : saliency;
}
