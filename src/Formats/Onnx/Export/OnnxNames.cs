using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Formats.Onnx.Export;

/// <summary>
/// Names of values and parameters, which share one name space in ONNX. The names of inputs and outputs come first, for
/// programs use them; then nodes and parameters.
/// </summary>
internal sealed class OnnxNames
{
    private readonly HashSet<string> _taken;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);

    /// <param name="graph">The network.</param>
    /// <param name="kept">Names that kept nodes of its file use.</param>
    public OnnxNames(Graph graph, IEnumerable<string> kept)
    {
        NameOutside(graph);
        var outside = _values.Values
            .Concat(graph.Origin?.Outputs.Select(value => value.Name) ?? [])
            .Concat(kept)
            .ToHashSet(StringComparer.Ordinal);
        _taken = [.. outside, .. graph.Nodes.Select(node => node.Name), .. graph.Parameters.Select(spec => spec.Name)];
        foreach (var name in graph.Parameters.Select(spec => spec.Name))
        {
            _parameters[name] = outside.Contains(name) ? Fresh($"{name}:parameter") : name;
        }

        foreach (var name in graph.Nodes.Select(node => node.Name).Where(name => !_values.ContainsKey(name)))
        {
            _values[name] = outside.Contains(name) || graph.HasParameter(name) ? Fresh($"{name}:value") : name;
        }
    }

    /// <summary>The name of a node's value.</summary>
    public string Of(Node node) => _values[node.Name];

    /// <summary>The name of a parameter's tensor.</summary>
    public string OfParameter(string name) => _parameters[name];

    /// <summary>A unique name for an intermediate value.</summary>
    public string Fresh(string wish)
    {
        var name = wish;
        for (var number = 2; !_taken.Add(name); number++)
        {
            name = $"{wish}_{number}";
        }

        return name;
    }

    // By node, the name of its value in the original file. A value that is an output twice has the first name.
    private void NameOutside(Graph graph)
    {
        if (graph.Origin is null)
        {
            return;
        }

        foreach (var (node, name) in graph.InputNodes.Zip(graph.InputNames))
        {
            _values[node.Name] = name;
        }

        foreach (var ((name, index), _) in graph.NamedOutputs.Zip(graph.Origin.Outputs).Where(output =>
            graph.Nodes[output.First.Node].Operator is not Input && output.Second.Batch == 0))
        {
            _values.TryAdd(graph.Nodes[index].Name, name);
        }
    }
}
