using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// The sizes of a network after some channels of each group are removed, computed without building the network.
/// </summary>
public sealed class SubnetworkSizes
{
    private readonly CouplingGraph _coupling;
    private readonly int[] _kept;

    internal SubnetworkSizes(CouplingGraph coupling, ReadOnlySpan<int> kept) =>
        (_coupling, _kept) = (coupling, kept.ToArray());

    /// <summary>The whole network.</summary>
    public Graph Graph => _coupling.Graph;

    /// <summary>How many channels of each group stay, in the order of the groups.</summary>
    public ReadOnlySpan<int> Kept => _kept;

    /// <summary>The parameters in the order of the network, in the shapes that are left.</summary>
    public IEnumerable<ParameterSpec> Parameters => Graph.Parameters.Select((spec, parameter) => spec with
    {
        Shape = [.. spec.Shape.Select((_, dimension) => _coupling.UseOfParameter(parameter, dimension).Size(_kept))],
    });

    /// <summary>The shape that is left of a node's output, for a batch of one.</summary>
    /// <param name="node">The position of the node in the graph.</param>
    public ImmutableArray<long> ShapeOf(int node) =>
        [.. Graph.Nodes[node].Shape.Select((_, dimension) => SizeOf(node, Axis.Output(dimension)))];

    /// <summary>The multiply-accumulates that are left of a node, for a batch of one.</summary>
    /// <param name="node">The position of the node in the graph.</param>
    public long MacsOf(int node) => Graph.Nodes[node].Operator.Macs(Graph.ShapesOf(node)).Sum(term =>
        term.Factors.Aggregate(term.Coefficient, (product, axis) => product * SizeOf(node, axis)));

    private long SizeOf(int node, Axis axis) => _coupling.UseOf(node, axis).Size(_kept);
}
