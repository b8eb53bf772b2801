using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// A resource of the network as a function of how many channels of each group stay: Psi of Eq. 1. It is a sum of products of axis
/// sizes, so a probe costs a multiplication a layer, and no network is built.
/// </summary>
/// <remarks>Psi(f(M)) ≤ (1 - target) Psi(f(W)); target is the fraction removed.</remarks>
[Paper("Eq. 1")]
public sealed class ResourceConstraint
{
    private readonly ImmutableArray<Term> _terms;

    private ResourceConstraint(CouplingGraph coupling, IEnumerable<Term> terms)
    {
        _terms = [.. terms];
        Total = Count([.. coupling.Groups.Select(group => group.Channels)]);
    }

    /// <summary>Psi of the whole network.</summary>
    public long Total { get; }

    /// <summary>Multiply-accumulates of convolutions, linear layers and matrix products.</summary>
    public static ResourceConstraint Macs(CouplingGraph coupling)
    {
        var graph = coupling.Graph;
        return Of(coupling, node => graph.Nodes[node].Operator.MacsTerms(graph.ShapesOf(node)));
    }

    /// <summary>Trained values.</summary>
    public static ResourceConstraint Parameters(CouplingGraph coupling) => new(
        coupling,
        coupling.Graph.Parameters.Select((spec, parameter) => (spec, parameter)).Where(pair => pair.spec.IsTrainable).Select(pair =>
            new Term(1, [.. pair.spec.Shape.Select((_, dimension) => coupling.UseOfParameter(pair.parameter, dimension))])));

    /// <summary>A sum over nodes of products that the caller states.</summary>
    internal static ResourceConstraint Of(CouplingGraph coupling, Func<int, IEnumerable<MacsTerm>> termsOfNode) => new(
        coupling,
        Enumerable.Range(0, coupling.Graph.Nodes.Length).SelectMany(node => termsOfNode(node).Select(term =>
            new Term(term.Coefficient, [.. term.Factors.Select(axis => coupling.UseOf(node, axis))]))));

    /// <summary>Psi when this many channels of each group stay.</summary>
    public long Count(ReadOnlySpan<int> kept)
    {
        var total = 0L;
        foreach (var term in _terms)
        {
            var product = term.Coefficient;
            foreach (var factor in term.Factors)
            {
                product *= factor.Size(kept);
            }

            total += product;
        }

        return total;
    }

    /// <summary>Psi of a sub-network.</summary>
    public long Count(Subnetwork subnetwork) => Count([.. subnetwork.Kept.Select(kept => kept.Length)]);

    /// <summary>The fraction of Psi that a sub-network removes.</summary>
    public double Removed(Subnetwork subnetwork) => 1 - (double)Count(subnetwork) / Total;

    private readonly record struct Term(long Coefficient, ImmutableArray<AxisUse> Factors);
}
