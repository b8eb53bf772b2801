using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>Upgrades networks of files from earlier versions.</summary>
internal static class OlderNetworks
{
    private const string Suffix = ".out";

    /// <summary>
    /// The network with its functions marked (<see cref="Node.IsFunction"/>). Earlier versions used names that end in
    /// ".out", which only the zoo gave. The rule applies to networks without any mark that are not from an ONNX file.
    /// </summary>
    public static Graph WithFunctions(Graph graph) =>
        graph.Origin is not null || graph.Nodes.Any(node => node.IsFunction)
            ? graph
            : graph with { Nodes = [.. graph.Nodes.Select(node => node with { IsFunction = HasSuffix(node) })] };

    private static bool HasSuffix(Node node) => node.Name.EndsWith(Suffix, StringComparison.Ordinal);
}
