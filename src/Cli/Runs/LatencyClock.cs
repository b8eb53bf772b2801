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

    /// <summary>The median of some runs, in seconds.</summary>
    public double Seconds(Graph graph)
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
