using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Latency;

/// <summary>
/// Builds a network of one unit's nodes with the widths of a sub-network. Values that the unit reads become inputs.
/// </summary>
internal static class UnitGraph
{
    /// <summary>
    /// The network; null if the unit only rearranges the batch, since it then has no shape for a single sample.
    /// </summary>
    public static Graph? Of(CouplingGraph coupling, LatencyUnit unit, Subnetwork subnetwork)
    {
        var graph = coupling.Graph;
        var builder = new GraphBuilder(graph.Nodes[unit.Nodes[0]].Name);
        var values = new Dictionary<int, Value>();
        try
        {
            foreach (var index in unit.Nodes)
            {
                var node = graph.Nodes[index];
                foreach (var input in node.Inputs.Where(input => !values.ContainsKey(input)))
                {
                    var shape = Narrow(
                        graph.Nodes[input].Shape,
                        dimension => coupling.KeptOf(input, Axis.Output(dimension), subnetwork).Length);
                    values.Add(input, builder.Input(graph.Nodes[input].Name, shape.AsSpan()[1..]));
                }

                var cut = node.Operator.Cut(new NodeCut(coupling, subnetwork, index));
                var specs = node.Parameters.Select(name => Narrow(coupling, name, subnetwork)).ToList();
                values.Add(index, builder.Add(node.Name, cut, [.. node.Inputs.Select(input => values[input])], specs));
            }

            return builder.Build(values[unit.Nodes[^1]]);
        }
        catch (OcsInputException)
        {
            return null;
        }
    }

    private static ParameterSpec Narrow(CouplingGraph coupling, string name, Subnetwork subnetwork)
    {
        var parameter = coupling.Graph.Parameters.IndexOf(coupling.Graph.Parameter(name));
        var spec = coupling.Graph.Parameters[parameter];
        return spec with
        {
            Shape = Narrow(
                spec.Shape, dimension => coupling.KeptOfParameter(parameter, dimension, subnetwork).Length),
        };
    }

    private static ImmutableArray<long> Narrow(ImmutableArray<long> shape, Func<int, long> size) =>
        [.. Enumerable.Range(0, shape.Length).Select(size)];
}
