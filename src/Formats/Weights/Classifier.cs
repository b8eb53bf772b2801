using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>The last layer of a network with parameters of its own, which tells the classes apart.</summary>
internal static class Classifier
{
    /// <summary>How many classes a network has; null if its first output is no number for each class.</summary>
    public static long? ClassesOf(Graph graph) =>
        graph.Outputs is [var first, ..] && graph.Nodes[first].Shape is [_, var classes] ? classes : null;

    /// <summary>
    /// The network with a last layer for so many classes, drawn anew. It takes the place of the given one, which is
    /// released.
    /// </summary>
    /// <exception cref="OcsInputException">The network does not end in a layer whose rows are its classes.</exception>
    public static Network Renew(Network network, int classes, ulong seed)
    {
        using (network)
        {
            var (graph, drawn) = NewClasses.Apply(network.Graph, classes);
            var parameters = ParameterTable.Initialize(graph, seed);
            foreach (var name in parameters.Names.Where(name => !drawn.Contains(name)))
            {
                parameters.Replace(name, network.Parameters[name].Detach());
            }

            return new(graph, parameters, network.Record);
        }
    }

    /// <summary>Puts zeros in its place, for the inputs that the tensors have and the network's classes.</summary>
    public static void Forget(Graph graph, Dictionary<string, Tensor> tensors)
    {
        foreach (var spec in Specs(graph))
        {
            var shape = spec.Shape;
            if (tensors.Remove(spec.Name, out var read))
            {
                using (read)
                {
                    shape = read.Rank == shape.Length ? [shape[0], .. read.Shape[1..]] : shape;
                }
            }

            tensors.Add(spec.Name, Tensor.Zeros(shape.AsSpan()));
        }
    }

    /// <summary>Draws it anew, as the network says.</summary>
    public static void Draw(Graph graph, ParameterTable parameters, ulong seed)
    {
        using var drawn = ParameterTable.Initialize(graph, seed);
        foreach (var spec in Specs(graph))
        {
            parameters.Replace(spec.Name, drawn[spec.Name].Detach());
        }
    }

    /// <summary>Whether tensors tell another number of classes apart than the network.</summary>
    public static bool HasOtherClasses(Graph graph, Dictionary<string, Tensor> tensors) => Specs(graph).Any(spec =>
        tensors.TryGetValue(spec.Name, out var read) && read.Rank > 0 && read.Shape[0] != spec.Shape[0]);

    private static IEnumerable<ParameterSpec> Specs(Graph graph) => ParametersOf(graph).Select(graph.Parameter);

    // The weight first.
    private static ImmutableArray<string> ParametersOf(Graph graph)
    {
        var node = graph.Nodes[graph.Outputs[0]];
        while (node is { Parameters.IsEmpty: true, Inputs.Length: 1 })
        {
            node = graph.Nodes[node.Inputs[0]];
        }

        return node.Parameters;
    }
}
