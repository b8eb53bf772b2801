using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import.Keeping;

/// <summary>
/// Which nodes of a file are known not to be read. The file is read again and again, each time without those that
/// turned out so, until all that is left is read.
/// </summary>
/// <param name="wanted">The values that alone are read, by name, and what they need; null for the whole file.</param>
internal sealed class KeptSet(ImmutableArray<string>? wanted = null)
{
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<long>> _shapes = new(StringComparer.Ordinal);

    /// <summary>The values that alone are read, and what they need; null for the whole file.</summary>
    public ImmutableArray<string>? Wanted { get; } = wanted;

    /// <summary>Whether no node is read at all.</summary>
    public bool HasAll { get; private set; }

    /// <summary>Why a node is not read, or null.</summary>
    public string? ReasonOf(OnnxNode node) => _reasons.GetValueOrDefault(node.Name);

    /// <summary>The shape of what a node makes that is not read, where it is known and has the batch first.</summary>
    public ImmutableArray<long> ShapeOf(string value) => _shapes.GetValueOrDefault(value);

    /// <summary>Takes what a reading has found out; false where that is nothing new.</summary>
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

    /// <summary>Keeps every node: what could be read has nothing that could be cut or trained.</summary>
    public void AddAll() => HasAll = true;

    // What a pattern has made of nodes of the file has the last one's name, or one below it.
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

    // Whoever shows the reason shows the node before it.
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
