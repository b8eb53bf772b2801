using Ocs.Graphs;

namespace Ocs.Zoo;

/// <summary>
/// Copies layers of a network into another, with their widths. So another network can use the backbone of a cut one.
/// </summary>
/// <param name="builder">The network to copy into.</param>
/// <param name="source">The network to copy from.</param>
/// <param name="rename">The new name of a node or a parameter.</param>
/// <param name="change">The new operator of a node, or its own.</param>
internal sealed class TrunkCopy(
    GraphBuilder builder, Graph source, Func<string, string> rename, Func<Node, Operator> change)
{
    private readonly Dictionary<int, Value> _copies = [];

    /// <summary>Copied parameters: names in the source and in the copy.</summary>
    public Dictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Replaces a node's value.</summary>
    public void Replace(int node, Value value) => _copies[node] = value;

    /// <summary>Copies the input of a node, with all that it depends on.</summary>
    /// <param name="reader">The node's name in the source.</param>
    public Value InputOf(string reader) => Of(Find(source, reader)!.Inputs[0]);

    /// <summary>A node by its name; null if there is none.</summary>
    public static Node? Find(Graph graph, string name) => graph.Nodes.FirstOrDefault(node => node.Name == name);

    private Value Of(int index)
    {
        if (_copies.TryGetValue(index, out var known))
        {
            return known;
        }

        var node = source.Nodes[index];
        Value[] inputs = [.. node.Inputs.Select(Of)];
        var specs = node.Parameters.Select(name => source.Parameter(name) with { Name = rename(name) }).ToList();
        foreach (var name in node.Parameters)
        {
            Parameters[name] = rename(name);
        }

        var copy = builder.Add(rename(node.Name), change(node), inputs, specs);
        return _copies[index] = node.IsFunction ? builder.AsFunction(copy) : copy;
    }
}
