using Ocs.Graphs;

namespace Ocs.Formats.Onnx.Export;

/// <summary>Names of values: those of their nodes. ONNX has values and parameters in one name space.</summary>
internal sealed class OnnxNames(Graph graph)
{
    private readonly HashSet<string> _taken =
        graph.Nodes.Select(node => node.Name)
            .Concat(graph.Parameters.Select(spec => spec.Name))
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The name of a node's value.</summary>
    public string Of(Node node) => graph.HasParameter(node.Name) ? $"{node.Name}:value" : node.Name;

    /// <summary>A name that nothing else has, for what a node needs on its way.</summary>
    public string Fresh(string wish)
    {
        var name = wish;
        for (var number = 2; !_taken.Add(name); number++)
        {
            name = $"{wish}_{number}";
        }

        return name;
    }
}
