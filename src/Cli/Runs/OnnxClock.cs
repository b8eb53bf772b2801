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
        InferenceTimes.Take(graphs, Threads, plan, Open, cancellationToken);

    [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns the network.")]
    private Ready Open(Graph graph)
    {
        // Sizes that the file leaves free are those that the network was read for.
        var sized = graph with { Origin = graph.Origin is { } origin ? origin with { SizesStayFree = false } : null };
        using var here = new TorchNetwork(sized.Name, Network.Initialize(sized, Seed));
        var network = OnnxNetwork.Export(here, Threads);
        try
        {
            return new(network, Batch);
        }
        catch
        {
            network.Dispose();
            throw;
        }
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

    /// <summary>A network with its inputs. Owns the network.</summary>
    private sealed class Ready(OnnxNetwork network, int batch) : ReadyNetwork
    {
        private readonly NetworkRun _run = network.Prepare(NetworkInputs.Random([network], batch, Seed));

        public override void Run() => _run.Execute();

        public override void Dispose()
        {
            _run.Dispose();
            network.Dispose();
        }
    }
}
