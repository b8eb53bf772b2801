using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Surgery;

/// <summary>What the surgery rule of a node sees of a sub-network.</summary>
internal sealed class NodeCut(CouplingGraph coupling, Subnetwork subnetwork, int node) : ICut
{
    public NodeShapes Shapes => coupling.Graph.ShapesOf(node);

    public IReadOnlyList<int> Kept(Axis axis) => coupling.KeptOf(node, axis, subnetwork);
}
