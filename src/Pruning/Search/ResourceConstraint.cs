using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Official;

namespace Ocs.Pruning.Search;

/// <summary>A resource of one network as a function of how many channels of each group stay: Psi of Eq. 1.</summary>
/// <remarks>
/// Psi(f(M)) ≤ (1 - target) Psi(f(W)); target is the fraction removed. A probe costs a multiplication a layer, and no
/// network is built.
/// </remarks>
[Paper("Eq. 1")]
public sealed class ResourceConstraint
{
    private readonly CouplingGraph _coupling;
    private readonly IResource _resource;

    /// <summary>Counts any resource of a network.</summary>
    /// <param name="coupling">The network.</param>
    /// <param name="resource">What is counted.</param>
    public ResourceConstraint(CouplingGraph coupling, IResource resource)
    {
        (_coupling, _resource) = (coupling, resource);
        Total = Count([.. coupling.Groups.Select(group => group.Channels)]);
    }

    /// <summary>The name of the resource in messages.</summary>
    public string Name => _resource.Name;

    /// <summary>Psi of the whole network.</summary>
    public long Total { get; }

    /// <summary>Multiply-accumulates of convolutions, linear layers and matrix products.</summary>
    public static ResourceConstraint Macs(CouplingGraph coupling)
    {
        var graph = coupling.Graph;
        return Of("MACs", coupling, node => graph.Nodes[node].Operator.Macs(graph.ShapesOf(node)));
    }

    /// <summary>Trained values.</summary>
    public static ResourceConstraint Parameters(CouplingGraph coupling) => new(coupling, new ProductSum(
        "parameters",
        [
            .. coupling.Graph.Parameters
                .Select((spec, parameter) => (spec, parameter))
                .Where(pair => pair.spec.IsTrainable)
                .Select(pair => new Product(
                    1,
                    [.. pair.spec.Shape.Select((_, dimension) => coupling.UseOfParameter(pair.parameter, dimension))])),
        ]));

    /// <summary>
    /// Peak bytes of 32-bit activations in the inference of one sample. Values are computed in graph order and freed
    /// after their last use. No value reuses the memory of an input.
    /// </summary>
    public static ResourceConstraint ActivationMemory(CouplingGraph coupling) =>
        new(coupling, new PeakActivations(coupling));

    /// <summary>A resource that options name.</summary>
    internal static ResourceConstraint Of(Resource resource, CouplingGraph coupling) => resource switch
    {
        Resource.Parameters => Parameters(coupling),
        Resource.Memory => ActivationMemory(coupling),
        Resource.Operations => OfficialOperations.Constraint(coupling),
        _ => Macs(coupling),
    };

    /// <summary>A sum over nodes of products that the caller states.</summary>
    internal static ResourceConstraint Of(
        string name, CouplingGraph coupling, Func<int, IEnumerable<MacsTerm>> termsOfNode) =>
        new(coupling, new ProductSum(
            name,
            [
                .. Enumerable.Range(0, coupling.Graph.Nodes.Length).SelectMany(node => termsOfNode(node).Select(term =>
                    new Product(term.Coefficient, [.. term.Factors.Select(axis => coupling.UseOf(node, axis))]))),
            ]));

    /// <summary>Psi when this many channels of each group stay.</summary>
    public long Count(ReadOnlySpan<int> kept) => _resource.Count(new(_coupling, kept));

    /// <summary>Psi of a sub-network.</summary>
    public long Count(Subnetwork subnetwork) => Count([.. subnetwork.Kept.Select(kept => kept.Length)]);

    /// <summary>
    /// By group, what Psi falls by if one of its channels leaves the whole network; 0 for a group that may not be cut.
    /// </summary>
    internal ImmutableArray<double> ChannelShares()
    {
        int[] kept = [.. _coupling.Groups.Select(group => group.Channels)];
        return
        [
            .. _coupling.Groups.Select((group, index) =>
            {
                if (!group.IsPrunable)
                {
                    return 0.0;
                }

                kept[index]--;
                var without = Count(kept);
                kept[index]++;
                return Total - without;
            }),
        ];
    }

    /// <summary>The fraction of Psi that a sub-network removes.</summary>
    public double Removed(Subnetwork subnetwork) => 1 - (double)Count(subnetwork) / Total;
}
