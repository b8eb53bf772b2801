using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>The classifier of a network: its last layer with parameters.</summary>
internal static class Classifier
{
    /// <summary>The number of classes; null if the first output is not one number per class.</summary>
    public static long? ClassesOf(Graph graph) =>
        graph.Outputs is [var first, ..] && graph.Nodes[first].Shape is [_, var classes] ? classes : null;

    /// <summary>
    /// The network with a new random classifier for another number of classes. Releases the given network.
    /// </summary>
    /// <exception cref="OcsInputException">The network does not end in a layer with one row per class.</exception>
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

    /// <summary>Replaces it by zeros, with the inputs of the tensors and the classes of the network.</summary>
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

    /// <summary>Draws new random weights, by the network's initialization.</summary>
    public static void Draw(Graph graph, ParameterTable parameters, ulong seed)
    {
        using var drawn = ParameterTable.Initialize(graph, seed);
        foreach (var spec in Specs(graph))
        {
            parameters.Replace(spec.Name, drawn[spec.Name].Detach());
        }
    }

    /// <summary>Whether the tensors have another number of classes than the network.</summary>
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
