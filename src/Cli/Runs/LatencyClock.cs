using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Cli.Runtimes;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>Takes the time of networks' inference on this machine; their weights are drawn.</summary>
internal sealed record LatencyClock(NetworkRuntime Runtime, int Batch, int Threads)
{
    private const ulong Seed = 0;
    private const int WarmUps = 3;
    private const int FewestRuns = 7;
    private const double EnoughSeconds = 0.03;
    private readonly Dictionary<string, double> _calls = new(StringComparer.Ordinal);

    /// <summary>
    /// The median of some runs, in seconds. Under ONNX Runtime a part of a network pays for a call and a copy of its output that it does
    /// not pay for within the whole one, so those are measured by themselves and left out.
    /// </summary>
    public double Seconds(Graph graph)
    {
        var seconds = Measure(graph);
        return Runtime == NetworkRuntime.Libtorch ? seconds : Math.Max(0, seconds - CallFor(graph.Nodes[graph.Outputs[0]].Shape));
    }

    private double CallFor(ImmutableArray<long> output)
    {
        var key = NodeShapes.Show(output);
        if (!_calls.TryGetValue(key, out var seconds))
        {
            var g = new GraphBuilder("call");
            _calls.Add(key, seconds = Measure(g.Build(g.Dropout("same", g.Input("input", output.AsSpan()[1..]), 0.5))));
        }

        return seconds;
    }

    private double Measure(Graph graph)
    {
        var threads = TorchRuntime.Threads;
        TorchRuntime.Threads = Threads;
        try
        {
            using var here = new TorchNetwork(graph.Name, new OcsModel(graph, ParameterTable.Initialize(graph, Seed), record: null));
            if (Runtime == NetworkRuntime.Libtorch)
            {
                return Seconds(here);
            }

            using var there = OnnxNetwork.Of(here, Threads);
            return Seconds(there);
        }
        finally
        {
            TorchRuntime.Threads = threads;
        }
    }

    private double Seconds(RunnableNetwork network)
    {
        using var run = network.Prepare(NetworkInputs.Random([network], Batch, Seed));
        for (var i = 0; i < WarmUps; i++)
        {
            run.Execute();
        }

        var seconds = new List<double>();
        for (var total = 0.0; seconds.Count < FewestRuns || total < EnoughSeconds; total += seconds[^1])
        {
            var start = Stopwatch.GetTimestamp();
            run.Execute();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return LatencyTrial.Quantile(seconds, 0.5);
    }
}
