using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Latency;

/// <summary>Makes a network of a unit's nodes alone, as narrow as they are in a sub-network; what it reads are inputs.</summary>
internal static class UnitGraph
{
    /// <summary>The network, or null where the unit only arranges the batch anew, which has no shape of its own for one sample.</summary>
    public static Graph? Of(CouplingGraph coupling, LatencyUnit unit, Subnetwork subnetwork)
    {
        var graph = coupling.Graph;
        var nodes = new List<Node>();
        var parameters = new List<ParameterSpec>();
        var positions = new Dictionary<int, int>();
        try
        {
            foreach (var index in unit.Nodes)
            {
                var node = graph.Nodes[index];
                foreach (var input in node.Inputs.Where(input => !positions.ContainsKey(input)))
                {
                    var shape = Narrow(graph.Nodes[input].Shape, dimension => coupling.KeptOf(input, Axis.Output(dimension), subnetwork).Length)
                        .SetItem(0, 1);
                    positions.Add(input, nodes.Count);
                    nodes.Add(new($"input{nodes.Count}", new Input(shape), [], [], shape));
                }

                var specs = node.Parameters.Select(name => Narrow(coupling, name, subnetwork)).ToList();
                var cut = node.Operator.Cut(new NodeCut(coupling, subnetwork, index));
                var made = node with { Operator = cut, Inputs = [.. node.Inputs.Select(input => positions[input])] };
                var shapes = new NodeShapes(
                    node.Name, [.. made.Inputs.Select(input => nodes[input].Shape)], [.. specs.Select(spec => spec.Shape)], []);
                positions.Add(index, nodes.Count);
                nodes.Add(made with { Shape = cut.InferShape(shapes) });
                parameters.AddRange(specs.Where(spec => !parameters.Exists(other => other.Name == spec.Name)));
            }
        }
        catch (OcsInputException)
        {
            return null;
        }

        return new(graph.Nodes[unit.Nodes[0]].Name, [.. nodes], [.. parameters], [nodes.Count - 1]);
    }

    private static ParameterSpec Narrow(CouplingGraph coupling, string name, Subnetwork subnetwork)
    {
        var parameter = coupling.Graph.Parameters.IndexOf(coupling.Graph.Parameter(name));
        var spec = coupling.Graph.Parameters[parameter];
        return spec with { Shape = Narrow(spec.Shape, dimension => coupling.KeptOfParameter(parameter, dimension, subnetwork).Length) };
    }

    private static ImmutableArray<long> Narrow(ImmutableArray<long> shape, Func<int, long> size) =>
        [.. Enumerable.Range(0, shape.Length).Select(size)];
}
