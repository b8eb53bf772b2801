using System.Diagnostics;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>What runs a network.</summary>
internal enum LatencyRuntime
{
    Libtorch,
}

/// <summary>Takes the time of networks' inference on this machine; their weights are drawn.</summary>
internal sealed record LatencyClock(LatencyRuntime Runtime, int Batch, int Threads)
{
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
            return InLibtorch(graph);
        }
        finally
        {
            TorchRuntime.Threads = threads;
        }
    }

    private double InLibtorch(Graph graph)
    {
        using var _ = Autograd.NoGrad();
        using var parameters = ParameterTable.Initialize(graph, seed: 0);
        var executor = new Executor(graph, parameters);
        Tensor[] inputs = [.. graph.InputNodes.Select(node => Tensor.Full([Batch, .. node.Shape.AsSpan()[1..]], 0.5))];
        try
        {
            return Median(() => executor.Forward(inputs, training: false).Dispose());
        }
        finally
        {
            Array.ForEach(inputs, input => input.Dispose());
        }
    }

    private static double Median(Action run)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            run();
        }

        var seconds = new List<double>();
        for (var total = 0.0; seconds.Count < FewestRuns || total < EnoughSeconds; total += seconds[^1])
        {
            var start = Stopwatch.GetTimestamp();
            run();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }
}
