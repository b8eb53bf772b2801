using System.Collections.Immutable;
using Ocs.Cli.Runtimes;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>Takes the time of networks' inference; their weights do not matter.</summary>
internal interface ILatencyClock
{
    /// <summary>The seconds of a part of a network within it.</summary>
    double Part(Graph part);

    /// <summary>The seconds of a whole network and of what a cut leaves of it, in turns.</summary>
    (double Whole, double Cut) InTurns(Graph whole, Graph cut);
}

/// <summary>Takes the time of networks' inference on this machine; their weights are drawn.</summary>
internal sealed record LatencyClock(NetworkRuntime Runtime, int Batch, int Threads) : ILatencyClock
{
    private const ulong Seed = 0;
    private static readonly TurnPlan PartTurns = new() { Fewest = 7, Most = int.MaxValue, Seconds = 0.03 };
    private readonly Dictionary<string, double> _calls = new(StringComparer.Ordinal);

    /// <summary>
    /// Under ONNX Runtime a part of a network pays for a call and a copy of its output that it does not pay for within the whole one, so
    /// those are measured by themselves and left out.
    /// </summary>
    public double Part(Graph part)
    {
        var seconds = InTurns([part], PartTurns).Median(0);
        return Runtime == NetworkRuntime.Libtorch ? seconds : Math.Max(0, seconds - CallFor(part.Nodes[part.Outputs[0]].Shape));
    }

    public (double Whole, double Cut) InTurns(Graph whole, Graph cut)
    {
        var times = InTurns([whole, cut], new());
        return (times.Median(0), times.Median(1));
    }

    /// <summary>The times of networks that take turns.</summary>
    public TurnTimes InTurns(IReadOnlyList<Graph> graphs, TurnPlan plan)
    {
        var threads = TorchRuntime.Threads;
        var networks = new List<RunnableNetwork>();
        var runs = new List<NetworkRun>();
        TorchRuntime.Threads = Threads;
        try
        {
            foreach (var graph in graphs)
            {
                networks.Add(Open(graph));
                runs.Add(networks[^1].Prepare(NetworkInputs.Random([networks[^1]], Batch, Seed)));
            }

            return TurnTimes.Take(runs.Select(run => (Action)run.Execute), plan, TimeProvider.System);
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
            networks.ForEach(network => network.Dispose());
            TorchRuntime.Threads = threads;
        }
    }

    /// <summary>Fails with a sentence where a batch of a network needs more memory than there is.</summary>
    public void RequireMemory(Graph graph) => new MachineMemory().Require(
        Batch * NetworkMemory.OfInference(graph), $"A batch of {Batch}", "give a smaller --latency-batch");

    private RunnableNetwork Open(Graph graph)
    {
        var here = new TorchNetwork(graph.Name, Network.Initialize(graph, Seed));
        if (Runtime == NetworkRuntime.Libtorch)
        {
            return here;
        }

        using (here)
        {
            return OnnxNetwork.Export(here, Threads);
        }
    }

    private double CallFor(ImmutableArray<long> output)
    {
        var key = NodeShapes.Show(output);
        if (!_calls.TryGetValue(key, out var seconds))
        {
            var g = new GraphBuilder("call");
            var call = g.Build(g.Dropout("same", g.Input("input", output.AsSpan()[1..]), 0.5));
            _calls.Add(key, seconds = InTurns([call], PartTurns).Median(0));
        }

        return seconds;
    }
}
