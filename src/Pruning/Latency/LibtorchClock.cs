using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Pruning.Latency;

/// <summary>Measures inference under libtorch on this machine's CPU, with random weights and inputs.</summary>
public sealed record LibtorchClock : ITurnClock
{
    private const ulong Seed = 0;

    /// <summary>A clock for batches of this many samples.</summary>
    /// <param name="batch">Samples of a run, at least 1.</param>
    /// <param name="threads">Threads that compute, at least 1.</param>
    public LibtorchClock(int batch = 1, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (Batch, Threads) = (batch, threads);
    }

    /// <summary>Samples of a run.</summary>
    public int Batch { get; }

    /// <summary>Threads that compute.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public string Name => "libtorch";

    /// <inheritdoc/>
    public double Part(Graph part, CancellationToken cancellationToken = default) =>
        InTurns([part], InferenceTimes.PartTurns, cancellationToken).Median(0);

    /// <inheritdoc/>
    public (double Whole, double Cut) InTurns(
        Graph whole, Graph cut, CancellationToken cancellationToken = default)
    {
        var times = InTurns([whole, cut], InferenceTimes.NetworkTurns, cancellationToken);
        return (times.Median(0), times.Median(1));
    }

    TurnTimes ITurnClock.InTurns(
        IReadOnlyList<Graph> graphs, TurnPlan plan, CancellationToken cancellationToken) =>
        InTurns(graphs, plan, cancellationToken);

    private TurnTimes InTurns(IReadOnlyList<Graph> graphs, TurnPlan plan, CancellationToken cancellation) =>
        InferenceTimes.Take(
            graphs.Select(graph => (Func<ReadyNetwork>)(() => new Ready(graph, Batch))), Threads, plan, cancellation);

    /// <summary>A network with its inputs, both owned.</summary>
    private sealed class Ready(Graph graph, int batch) : ReadyNetwork
    {
        private readonly Tensor[] _inputs = RandomInputs.Draw(graph, batch, Device.Cpu);
        private readonly Network _network = Network.Initialize(graph, Seed);

        public override void Run()
        {
            using var _ = Autograd.NoGrad();
            foreach (var output in _network.ForwardAll(_inputs))
            {
                output.Dispose();
            }
        }

        public override void Dispose()
        {
            Array.ForEach(_inputs, input => input.Dispose());
            _network.Dispose();
        }
    }
}
