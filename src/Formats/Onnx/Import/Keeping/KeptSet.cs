using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>
/// The nodes of a file that are kept as they are. Reading repeats without the nodes that turned out unreadable, until
/// all the others are read.
/// </summary>
/// <param name="wanted">The names of the values to read, with all that they depend on; null for the whole file.</param>
internal sealed class KeptSet(ImmutableArray<string>? wanted = null)
{
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<long>> _shapes = new(StringComparer.Ordinal);

    /// <summary>The names of the values to read; null for the whole file.</summary>
    public ImmutableArray<string>? Wanted { get; } = wanted;

    /// <summary>Whether no node is read at all.</summary>
    public bool HasAll { get; private set; }

    /// <summary>Why a node is kept; null if it is not.</summary>
    public string? ReasonOf(OnnxNode node) => _reasons.GetValueOrDefault(node.Name);

    /// <summary>The shape of a kept node's output, if it is known and dimension 0 is the batch.</summary>
    public ImmutableArray<long> ShapeOf(string value) => _shapes.GetValueOrDefault(value);

    /// <summary>Adds the result of a reading; false if nothing is new.</summary>
    public bool Add(OnnxGraph graph, IEnumerable<UnreadNode> unread)
    {
        var isNew = false;
        foreach (var (node, reason) in unread)
        {
            if (NameInFile(graph, node.Name) is { } name && _reasons.TryAdd(name, Short(reason)))
            {
                isNew = true;
            }
        }

        foreach (var value in graph.UnreadBatchFirst.Where(value => graph.KindOf(value) == OnnxKind.Float))
        {
            _shapes[value] = graph.ShapeOf(value);
        }

        return isNew;
    }

    /// <summary>Keeps every node: the readable part has nothing to cut or train.</summary>
    public void AddAll() => HasAll = true;

    // A node made by a pattern has the name of the last file node that it replaced, or a name below it.
    private static string? NameInFile(OnnxGraph graph, string name)
    {
        while (!graph.Messages.ContainsKey(name))
        {
            if (name.LastIndexOf('/') is not (> 0 and var end))
            {
                return null;
            }

            name = name[..end];
        }

        return name;
    }

    // Readers of the reason show the node's name before it.
    private static string Short(string reason)
    {
        var start = reason.StartsWith("node '", StringComparison.OrdinalIgnoreCase)
            ? reason.IndexOf("': ", StringComparison.Ordinal) is >= 0 and var plain
            ? plain + 3
            : reason.IndexOf("): ", StringComparison.Ordinal) + 3
            : 0;
        return reason[start..].TrimEnd('.');
    }
}
