using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli;

/// <summary>What becomes of a network's last layer, which tells the classes apart, when weights are read.</summary>
internal enum ClassifierWeights
{
    /// <summary>They are the file's.</summary>
    FromFile,

    /// <summary>The same, but a person who has other classes could have asked for new ones.</summary>
    FromFileOrReset,

    /// <summary>They are drawn anew.</summary>
    Reset,
}

/// <summary>The last layer of a network with parameters of its own.</summary>
internal static class Classifier
{
    /// <summary>The names of its parameters, the weight first.</summary>
    public static ImmutableArray<string> ParametersOf(Graph graph)
    {
        var node = graph.Nodes[graph.Outputs[0]];
        while (node is { Parameters.IsEmpty: true, Inputs.Length: 1 })
        {
            node = graph.Nodes[node.Inputs[0]];
        }

        return node.Parameters;
    }

    /// <summary>
    /// Puts zeros in its place, for as many inputs as the tensors have and as many classes as the network.
    /// </summary>
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
        foreach (var name in ParametersOf(graph))
        {
            parameters.Replace(name, drawn[name].Detach());
        }
    }

    /// <summary>Whether tensors tell another number of classes apart than the network.</summary>
    public static bool HasOtherClasses(Graph graph, Dictionary<string, Tensor> tensors) => Specs(graph).Any(spec =>
        tensors.TryGetValue(spec.Name, out var read) && read.Rank > 0 && read.Shape[0] != spec.Shape[0]);

    private static IEnumerable<ParameterSpec> Specs(Graph graph) => ParametersOf(graph).Select(graph.Parameter);
}
