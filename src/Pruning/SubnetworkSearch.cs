using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Official;
using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>
/// The sub-network that a network's weights give, by the criterion, ranking, budget and limits of the options.
/// </summary>
public sealed class SubnetworkSearch
{
    private readonly PruningLimits _limits;
    private readonly ImmutableArray<double> _costFactors;

    /// <summary>Couples a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="options">Criterion, ranking, budget and limits.</param>
    /// <param name="budget">A budget that the options have no word for, such as one measured; null for theirs.</param>
    /// <exception cref="OcsInputException">An option is out of range, or a pattern names nothing.</exception>
    public SubnetworkSearch(Graph graph, PruneOptions options, Func<CouplingGraph, ResourceConstraint>? budget = null)
    {
        options.ValidateSearch();
        Options = options;
        _limits = options.Limits;
        NamePattern.Check(_limits.MaximumPrunedOf.Select(limit => limit.Pattern), graph);
        Coupling = CouplingGraph.Build(graph.WithPolicies(options.Heads, options.Groups))
            .Freeze(options.Ignore, options.Only)
            .Freeze(options.Freeze);
        Constraint = budget?.Invoke(Coupling) ?? options.Resource switch
        {
            Resource.Parameters => ResourceConstraint.Parameters(Coupling),
            Resource.Memory => ResourceConstraint.ActivationMemory(Coupling),
            Resource.Operations => OfficialOperations.Constraint(Coupling),
            _ => ResourceConstraint.Macs(Coupling),
        };
        _costFactors = options.CostWeighting ? CostWeighting.Factors(Coupling) : [.. Coupling.Groups.Select(_ => 1.0)];
    }

    /// <summary>Criterion, ranking, budget and limits.</summary>
    public PruneOptions Options { get; }

    /// <summary>The coupling; its graph has the policies of the options.</summary>
    public CouplingGraph Coupling { get; }

    public ResourceConstraint Constraint { get; }

    /// <summary>The largest fraction of the resource that can be removed within the limits.</summary>
    public double LargestTarget => Constraint.Removed(Narrowest);

    /// <summary>What is left when every channel leaves that may; which of a group's channels stay does not matter.</summary>
    public Subnetwork Narrowest => Subnetwork.FromPruned(
        Coupling.Groups,
        Coupling.Groups.Select(group =>
        {
            var kept = group.IsPrunable ? _limits.Rounded(group, _limits.FewestKept(group)) : group.Channels;
            return (int[])[.. Enumerable.Range(kept, group.Channels - kept)];
        }));

    /// <summary>The sub-network of the present weights, to a fraction removed that is the options' unless given.</summary>
    /// <exception cref="OcsInputException">
    /// The target cannot be reached, or the criterion misses something.
    /// </exception>
    public Partition Find(ParameterTable parameters, double? target = null)
    {
        var fraction = target ?? Options.Target;
        var saliency = GroupSaliency.Compute(
            Coupling.Groups, parameters, Options.Saliency, Options.Scope, Options.SaliencySeed);
        return Rank(saliency, fraction) with { Saliency = saliency };
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
        return Options.Ranking switch
        {
            Ranking.PerGroup => PerGroupPartition.Search(groups, saliency, Constraint, fraction, _limits),
            Ranking.Isomorphic => IsomorphicPartition.Search(groups, saliency, Constraint, fraction, _limits),
            _ => GlobalPartition.Search(groups, saliency, Constraint, fraction, _limits),
        };
    }

    private ImmutableArray<double[]> Weighted(ImmutableArray<double[]> saliency) => Options.CostWeighting
        ? [.. saliency.Select((channels, group) => channels.Select(score => score * _costFactors[group]).ToArray())]
        : saliency;
}
