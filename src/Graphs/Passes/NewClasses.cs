using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Passes;

/// <summary>Gives a network another number of classes: its last layer gets other rows, everything else stays.</summary>
internal static class NewClasses
{
    /// <summary>
    /// The network with so many classes, and the names of the last layer's parameters, which have to be drawn anew.
    /// </summary>
    /// <exception cref="OcsInputException">The network does not end in a layer whose rows are its classes.</exception>
    public static (Graph Graph, ImmutableArray<string> Drawn) Apply(Graph graph, long classes)
    {
        var last = LastLayer(graph);
        var names = graph.Nodes[last].Parameters;
        ImmutableArray<ParameterSpec> parameters =
        [
            .. graph.Parameters.Select(
                spec => names.Contains(spec.Name) ? spec with { Shape = spec.Shape.SetItem(0, classes) } : spec),
        ];

        // What the file said in words may name the classes that were.
        var changed = graph with { Origin = graph.Origin is { } origin ? origin with { Metadata = [] } : null };
        return (changed.Rewrite(parameters, (node, _) => graph.Nodes[node].Operator), names);
    }

    private static int LastLayer(Graph graph)
    {
        var index = graph.Outputs[0];
        var classes = graph.Nodes[index].Shape is [_, var features] ? features : 0;
        while (graph.Nodes[index] is { Parameters.IsEmpty: true, Inputs.Length: 1 } node)
        {
            index = node.Inputs[0];
        }

        var layer = graph.Nodes[index];
        var isOwn = graph.Nodes
            .Where((_, other) => other != index)
            .All(node => !node.Parameters.Any(layer.Parameters.Contains));
        return layer.Operator is Linear or Convolution { Groups: 1 } && isOwn
            && graph.Parameter(layer.Parameters[0]).Shape[0] == classes
            ? index
            : throw new OcsInputException(
                $"Network '{graph.Name}' does not end in a linear layer with a row for each class, "
                + "so it cannot get a new one; give a network with the right number of classes.");
    }
}
