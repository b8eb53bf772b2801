using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.Pruning.Latency;

namespace Ocs.Cli.Runs;

/// <summary>Measures inference under ONNX Runtime on this machine's CPU, with random weights and inputs.</summary>
internal sealed record OnnxClock(int Batch, int Threads) : ITurnClock
{
    private const ulong Seed = 0;
    private readonly Dictionary<string, double> _calls = new(StringComparer.Ordinal);

    public string Name => "onnxruntime";

    /// <summary>
    /// A part of a network has a call and a copy of its output that it does not have within the whole network. These
    /// are measured separately and subtracted.
    /// </summary>
    public double Part(Graph part, CancellationToken cancellationToken = default)
    {
        var seconds = InTurns([part], InferenceTimes.PartTurns, cancellationToken).Median(0);
        return Math.Max(0, seconds - CallFor(part.Nodes[part.Outputs[0]].Shape, cancellationToken));
    }

    public (double Whole, double Cut) InTurns(Graph whole, Graph cut, CancellationToken cancellationToken = default)
    {
        var times = InTurns([whole, cut], InferenceTimes.NetworkTurns, cancellationToken);
        return (times.Median(0), times.Median(1));
    }

    public TurnTimes InTurns(
        IReadOnlyList<Graph> graphs, TurnPlan plan, CancellationToken cancellationToken = default) =>
        InferenceTimes.Take(
            graphs.Select(graph => (Func<ReadyNetwork>)(() => Open(graph))), Threads, plan, cancellationToken);

    [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the network.")]
    private ReadyOnnx Open(Graph graph)
    {
        using var here = new TorchNetwork(graph.Name, Network.Initialize(graph, Seed));
        return ReadyOnnx.Of(OnnxNetwork.Export(here, Threads), Batch);
    }

    private double CallFor(ImmutableArray<long> output, CancellationToken cancellation)
    {
        var key = NodeShapes.Show(output);
        if (!_calls.TryGetValue(key, out var seconds))
        {
            var g = new GraphBuilder("call");
            var call = g.Build(g.Dropout("same", g.Input("input", output.AsSpan()[1..]), 0.5));
            _calls.Add(key, seconds = InTurns([call], InferenceTimes.PartTurns, cancellation).Median(0));
        }

        return seconds;
    }
}
