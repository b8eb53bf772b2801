using Ocs.Graphs;

namespace Ocs.Pruning.Latency;

/// <summary>
/// Measures how long a network runs, in seconds. It may have several inputs; its weights do not matter.
/// </summary>
internal delegate double LatencyProbe(Graph graph);

/// <summary>
/// Times networks with a probe and caches the results. The tables of several lattices share most of their parts.
/// </summary>
internal sealed class LatencyMeter(LatencyProbe probe)
{
    private readonly Dictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <summary>How many networks were timed; equal ones count once.</summary>
    public int Measurements => _seconds.Count;

    /// <summary>The seconds of a network.</summary>
    public double Seconds(Graph graph)
    {
        var key = string.Join(
            '\n',
            graph.Nodes.Select(
                node => $"{node.Operator} {string.Join(',', node.Inputs)} {NodeShapes.Show(node.Shape)}"));
        if (!_seconds.TryGetValue(key, out var seconds))
        {
            _seconds.Add(key, seconds = probe(graph));
        }

        return seconds;
    }
}
