using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Latency;

/// <summary>
/// Nodes that are measured together because runtimes fuse them: a node and its only readers that keep its shape, such
/// as a convolution with its norm and activation.
/// </summary>
/// <param name="Nodes">By position in the graph, ascending.</param>
/// <param name="Widths">
/// What the unit's cost depends on: for each set of groups that the first node's axes share, the axis with most of
/// them.
/// </param>
internal sealed record LatencyUnit(ImmutableArray<int> Nodes, ImmutableArray<AxisUse> Widths)
{
    /// <summary>The units of a network. Nodes without inputs or work belong to none.</summary>
    public static ImmutableArray<LatencyUnit> Of(CouplingGraph coupling)
    {
        var graph = coupling.Graph;
        var readers = graph.ReaderCounts();
        var units = new List<List<int>>();
        var unitOf = new Dictionary<int, List<int>>();
        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            if (graph.Nodes[index].Inputs.IsEmpty)
            {
                continue;
            }

            if (graph.Nodes[index].Inputs is [var input]
                && readers[input] == 1
                && KeepsShape(graph, index)
                && unitOf.TryGetValue(input, out var unit))
            {
                unit.Add(index);
            }
            else
            {
                units.Add(unit = [index]);
            }

            unitOf.Add(index, unit);
        }

        return [.. units.Select(nodes => new LatencyUnit([.. nodes], WidthsOf(coupling, nodes[0])))];
    }

    private static bool KeepsShape(Graph graph, int index)
    {
        var node = graph.Nodes[index];
        return node.Shape.SequenceEqual(graph.Nodes[node.Inputs[0]].Shape)
            && node.Operator.Macs(graph.ShapesOf(index)).IsEmpty;
    }

    private static ImmutableArray<AxisUse> WidthsOf(CouplingGraph coupling, int index)
    {
        var sets = new List<(HashSet<int> Groups, AxisUse Widest)>();
        foreach (var use in coupling.Graph.ShapesOf(index).Axes().Select(axis => coupling.UseOf(index, axis)))
        {
            HashSet<int> groups =
            [
                .. use.Shares.Where(share => coupling.Groups[share.Group].IsPrunable).Select(share => share.Group),
            ];
            if (groups.Count == 0)
            {
                continue;
            }

            var widest = use;
            foreach (var other in sets.Where(set => set.Groups.Overlaps(groups)).ToList())
            {
                groups.UnionWith(other.Groups);
                widest = other.Widest.Shares.Length > widest.Shares.Length ? other.Widest : widest;
                sets.Remove(other);
            }

            sets.Add((groups, widest));
        }

        return [.. sets.Select(set => set.Widest)];
    }
}
