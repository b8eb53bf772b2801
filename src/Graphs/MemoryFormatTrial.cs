using System.Diagnostics;
using Ocs.Torch;

namespace Ocs.Graphs;

/// <summary>
/// Times a training step in both layouts on a real batch. Which is faster depends on the network, the precision and the processor.
/// Weights and statistics of the training are not touched.
/// </summary>
/// <param name="Contiguous">Shortest seconds of a forward and backward pass, [N, C, H, W] in memory.</param>
/// <param name="ChannelsLast">The same, [N, H, W, C] in memory.</param>
public sealed record MemoryFormatTrial(double Contiguous, double ChannelsLast)
{
    private const int WarmUps = 2;
    private const int Rounds = 6;

    // A candidate is out once it stays so much behind the fastest in two timed turns: in one something else may have held it up.
    private const int Chances = 2;
    private const double Behind = 1.25;

    public MemoryFormat Faster => ChannelsLast < Contiguous ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;

    /// <summary>Runs the trial on copies of the parameters.</summary>
    public static MemoryFormatTrial Run(Graph graph, ParameterTable parameters, Tensor batch)
    {
        var seconds = Seconds(
            [new(graph, parameters, MemoryFormat.Contiguous), new(graph, parameters, MemoryFormat.ChannelsLast)], batch);
        return new(seconds[0], seconds[1]);
    }

    /// <summary>
    /// The shortest seconds of a forward and backward pass of each candidate, on copies of its parameters. The candidates take turns, so
    /// that what else the machine does hits them alike; those far behind take fewer.
    /// </summary>
    /// <param name="candidates">The ways to take a step.</param>
    /// <param name="batch">Images [N, C, H, W].</param>
    /// <param name="captured">Whether steps will be captured as CUDA graphs, which makes others faster than where calls are what costs.</param>
    public static double[] Seconds(IReadOnlyList<StepCandidate> candidates, Tensor batch, bool captured = false)
    {
        var trials = candidates.Select(candidate => new Trial(candidate, batch, captured)).ToList();
        try
        {
            var shortest = Enumerable.Repeat(double.PositiveInfinity, candidates.Count).ToArray();
            int[] left = [.. Enumerable.Range(0, candidates.Count)];
            for (var round = 0; round < WarmUps + Rounds && (left.Length > 1 || round < WarmUps + Chances); round++)
            {
                foreach (var i in left)
                {
                    var seconds = trials[i].Seconds(isWarmUp: round < WarmUps);
                    shortest[i] = round < WarmUps ? shortest[i] : Math.Min(shortest[i], seconds);
                }

                left = round < WarmUps + Chances - 1
                    ? left
                    : [.. left.Where(i => !candidates[i].Competes || shortest[i] <= Behind * shortest.Where((_, other) => candidates[other].Competes).Min())];
            }

            return shortest;
        }
        finally
        {
            trials.ForEach(trial => trial.Dispose());
        }
    }

    private sealed class Trial : IDisposable
    {
        private readonly ParameterTable _parameters;
        private readonly Generator _generator = new(0);
        private readonly Executor _executor;
        private readonly Tensor _images;
        private readonly DType? _autocast;
        private CudaGraph? _graph;
        private bool _isCaptured;

        public Trial(StepCandidate candidate, Tensor batch, bool captured)
        {
            _parameters = candidate.Parameters.Clone(candidate.Graph);
            _executor = new(candidate.Graph, _parameters) { MemoryFormat = candidate.Format, Generator = _generator };
            _images = batch.Contiguous(candidate.Format);
            _autocast = candidate.Autocast;
            _graph = captured ? new(batch.Device) : null;
        }

        public double Seconds(bool isWarmUp)
        {
            if (_graph is not null && !isWarmUp && !_isCaptured)
            {
                Capture(_graph);
            }

            var start = Stopwatch.GetTimestamp();
            if (_graph is null)
            {
                Step();
            }
            else if (_isCaptured)
            {
                _graph.Replay();
            }
            else
            {
                _graph.WarmUp(Step);
            }

            TorchRuntime.Synchronize(_images.Device);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public void Dispose()
        {
            _graph?.Dispose();
            _images.Dispose();
            _parameters.Dispose();
            _generator.Dispose();
        }

        // What can't be captured is timed as it will be taken.
        private void Capture(CudaGraph graph)
        {
            try
            {
                graph.Capture(Step);
                _isCaptured = true;
            }
            catch (TorchException)
            {
                _parameters.ClearGradients();
                graph.Dispose();
                _graph = null;
            }
        }

        private void Step()
        {
            using (var mean = Forward())
            {
                Autograd.Backward(mean);
            }

            _parameters.ClearGradients();
        }

        private Tensor Forward()
        {
            using var _ = Autocast.To(_autocast, _images.Device.Kind);
            using var output = _executor.Forward(_images, training: true);
            return Aten.Mean(output);
        }
    }
}

/// <summary>One way to take a step, for <see cref="MemoryFormatTrial"/>.</summary>
/// <param name="Graph">The network, or one that is the same but for padding.</param>
/// <param name="Parameters">Its weights, which are copied.</param>
/// <param name="Format">How values lie in memory.</param>
/// <param name="Autocast">The narrow type of mixed precision; null for none.</param>
public sealed record StepCandidate(Graph Graph, ParameterTable Parameters, MemoryFormat Format, DType? Autocast = null)
{
    /// <summary>Whether it is one to choose; another takes all turns, and is what the others are compared with.</summary>
    public bool Competes { get; init; } = true;
}
