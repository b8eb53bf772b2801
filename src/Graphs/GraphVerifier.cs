using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>Checks that a graph is legal: names, order, parameters, and every shape inferred anew.</summary>
public static class GraphVerifier
{
    /// <summary>Throws <see cref="OcsInputException"/> that names the first node that is wrong.</summary>
    public static void Verify(Graph graph)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        if (graph.Parameters.GroupBy(spec => spec.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new OcsInputException($"Network '{graph.Name}' has two parameters named '{twice.Key}'.");
        }

        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            var node = graph.Nodes[index];
            if (!names.Add(node.Name))
            {
                throw new OcsInputException($"Network '{graph.Name}' has two nodes named '{node.Name}'.");
            }

            if (node.Inputs.FirstOrDefault(input => input < 0 || input >= index, -1) is >= 0 and var late)
            {
                throw new OcsInputException($"Node '{node.Name}' reads value %{late}, which is not made before it.");
            }

            if (node.Inputs.Any(input => input < 0))
            {
                throw new OcsInputException($"Node '{node.Name}' reads a value with a negative number.");
            }

            used.UnionWith(node.Parameters);
            var inferred = node.Operator.InferShape(graph.ShapesOf(node));
            if (!inferred.SequenceEqual(node.Shape))
            {
                throw new OcsInputException(
                    $"Node '{node.Name}' states shape {NodeShapes.Show(node.Shape)}, but its inputs give {NodeShapes.Show(inferred)}.");
            }
        }

        if (graph.Parameters.FirstOrDefault(spec => !used.Contains(spec.Name)) is { } unused)
        {
            throw new OcsInputException($"Parameter '{unused.Name}' of network '{graph.Name}' is used by no node.");
        }

        if (graph.Outputs.IsEmpty || graph.Outputs.Any(output => output < 0 || output >= graph.Nodes.Length))
        {
            throw new OcsInputException($"Network '{graph.Name}' must name at least one of its values as output.");
        }
    }
}
