using Ocs.Graphs;

namespace Ocs.Formats;

/// <summary>What files of earlier versions say in another way.</summary>
internal static class OlderNetworks
{
    private const string Suffix = ".out";

    /// <summary>
    /// The network with its functions marked (<see cref="Node.IsFunction"/>). Earlier versions told them by names
    /// that end in ".out", which the zoo gave to them alone. So that holds for networks without any mark, unless they
    /// are from an ONNX file, where names are others'.
    /// </summary>
    public static Graph WithFunctions(Graph graph) =>
        graph.Origin is not null || graph.Nodes.Any(node => node.IsFunction)
            ? graph
            : graph with { Nodes = [.. graph.Nodes.Select(node => node with { IsFunction = HasSuffix(node) })] };

    private static bool HasSuffix(Node node) => node.Name.EndsWith(Suffix, StringComparison.Ordinal);
}
