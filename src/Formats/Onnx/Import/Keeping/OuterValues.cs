using Onnx;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>Values of the outer graph that subgraphs in a node's attributes read, such as the branches of If.</summary>
internal static class OuterValues
{
    /// <summary>The names, each once.</summary>
    public static IEnumerable<string> Of(NodeProto node) =>
        node.Attribute.SelectMany(GraphsOf).SelectMany(Of).Distinct(StringComparer.Ordinal);

    /// <summary>The subgraphs of an attribute.</summary>
    public static IEnumerable<GraphProto> GraphsOf(AttributeProto attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Append(attribute.G);

    private static IEnumerable<string> Of(GraphProto graph)
    {
        var own = graph.Input.Select(input => input.Name)
            .Concat(graph.Initializer.Select(tensor => tensor.Name))
            .Concat(graph.Node.SelectMany(node => node.Output))
            .ToHashSet(StringComparer.Ordinal);
        return graph.Node
            .SelectMany(node => node.Input.Concat(Of(node)))
            .Concat(graph.Output.Select(output => output.Name))
            .Where(name => name.Length > 0 && !own.Contains(name));
    }
}
