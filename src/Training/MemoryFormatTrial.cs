using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Times a training step in several layouts, paddings and precisions on a real batch. Which is fastest depends on the network and the
/// processor. Weights and statistics of the training are not touched.
/// </summary>
internal static class MemoryFormatTrial
{
    private static readonly TurnPlan Turns =
        TurnPlan.Exactly(warmUps: 2, turns: 6) with { WarmEachRun = false, DropOut = new(After: 2, Factor: 1.25) };

    /// <summary>
    /// The shortest seconds of a forward and backward pass of each candidate, on copies of its parameters. The candidates take turns, so
    /// that what else the machine does hits them alike; those far behind take fewer.
    /// </summary>
    /// <param name="candidates">The ways to take a step.</param>
    /// <param name="batch">Images [N, C, H, W].</param>
    /// <param name="captured">
    /// Whether steps will be captured as CUDA graphs. These remove the cost of calls, so another candidate may be the fastest.
    /// </param>
    public static double[] Seconds(IReadOnlyList<StepCandidate> candidates, Tensor batch, bool captured = false)
    {
        var trials = candidates.Select(candidate => new Trial(candidate, batch, captured)).ToList();
        try
        {
            var times = TurnTimes.Take([.. trials.Select(trial => trial.Timed)], Turns, TimeProvider.System);
            return [.. trials.Select((_, i) => times.Shortest(i))];
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

        public Trial(StepCandidate candidate, Tensor batch, bool captured)
        {
            _parameters = candidate.Parameters.Clone(candidate.Graph);
            _executor = new(candidate.Graph, _parameters) { MemoryFormat = candidate.Format, Generator = _generator };
            _images = batch.Contiguous(candidate.Format);
            _autocast = candidate.Autocast;
            _graph = captured ? new(batch.Device) : null;
            Timed = new(Run) { WarmUp = WarmUp, Prepare = Capture, Competes = candidate.Competes };
        }

        public TimedCandidate Timed { get; }

        public void Dispose()
        {
            _graph?.Dispose();
            _images.Dispose();
            _parameters.Dispose();
            _generator.Dispose();
        }

        private void WarmUp()
        {
            if (_graph is null)
            {
                Step();
            }
            else
            {
                _graph.WarmUp(Step);
            }

            TorchRuntime.Synchronize(_images.Device);
        }

        // What can't be captured is timed as it will be taken.
        private void Capture()
        {
            try
            {
                _graph?.Capture(Step);
            }
            catch (TorchException)
            {
                _parameters.ClearGradients();
                _graph?.Dispose();
                _graph = null;
            }
        }

        private void Run()
        {
            if (_graph is null)
            {
                Step();
            }
            else
            {
                _graph.Replay();
            }

            TorchRuntime.Synchronize(_images.Device);
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
