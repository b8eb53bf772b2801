using Onnx;

namespace Ocs.Formats.Onnx.Quantization;

/// <summary>Names that no value of a graph has, nor one of the branches and loops in it.</summary>
internal sealed class FreshNames(GraphProto graph)
{
    private readonly HashSet<string> _taken = [.. NamesIn(graph)];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>A name that is taken from then on: the one that is wished for, or it with marks behind it.</summary>
    public string Of(string wish)
    {
        while (!_taken.Add(wish))
        {
            wish += "'";
        }

        return wish;
    }

    /// <summary>
    /// The letter and a number: an int8 file has hundreds of such names, and each stands in several nodes.
    /// </summary>
    public string Numbered(string letter)
    {
        string name;
        do
        {
            name = $"{letter}{_counts[letter] = _counts.GetValueOrDefault(letter) + 1}";
        }
        while (!_taken.Add(name));
        return name;
    }

    private static IEnumerable<string> NamesIn(GraphProto graph) =>
    [
        .. graph.Initializer.Select(tensor => tensor.Name),
        .. graph.Input.Select(input => input.Name),
        .. graph.Node.SelectMany(node => node.Output),
        .. graph.Node.SelectMany(node => node.Attribute)
            .SelectMany(attribute => attribute.Graphs.Append(attribute.G).OfType<GraphProto>())
            .SelectMany(NamesIn),
    ];
}
