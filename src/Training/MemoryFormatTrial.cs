using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Times a training step in several layouts, paddings and precisions on a real batch. Which is fastest depends on the
/// network and the processor. Weights and statistics of the training are not touched.
/// </summary>
internal static class MemoryFormatTrial
{
    private static readonly TurnPlan Turns =
        TurnPlan.Exactly(warmUps: 2, turns: 6) with { WarmEachRun = false, DropOut = new(After: 2, Factor: 1.25) };

    /// <summary>
    /// The shortest time, in seconds, of a forward and backward pass of each candidate. It uses the network's weights,
    /// or copies in the candidate's layout. The candidates take turns, so that other load on the machine slows all
    /// alike. Candidates that are far behind take fewer turns.
    /// </summary>
    /// <param name="candidates">The ways to take a step.</param>
    /// <param name="inputs">A batch of each input, such as images [N, C, H, W].</param>
    /// <param name="captured">
    /// Whether steps will be captured as CUDA graphs. These remove the cost of calls, so another candidate may be the
    /// fastest.
    /// </param>
    public static double[] Seconds(
        IReadOnlyList<StepCandidate> candidates, IReadOnlyList<Tensor> inputs, bool captured = false)
    {
        var trials = candidates.Select(candidate => new Trial(candidate, inputs, captured)).ToList();
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
        private readonly Tensor[] _inputs;
        private readonly Device _device;
        private readonly DType? _autocast;
        private CudaGraph? _graph;

        public Trial(StepCandidate candidate, IReadOnlyList<Tensor> inputs, bool captured)
        {
            _parameters = candidate.Parameters.Share();
            _executor = new(candidate.Graph, _parameters, candidate.Format)
            {
                Generator = _generator,
                Recompute = candidate.Recompute,
            };
            _inputs = [.. inputs.Select(input => input.Rank == 4 ? input.Contiguous(candidate.Format) : input.Alias())];
            _device = inputs[0].Device;
            _autocast = candidate.Autocast;
            _graph = captured ? new(_device) : null;
            Timed = new(Run) { WarmUp = WarmUp, Prepare = Capture, Competes = candidate.Competes };
        }

        public TimedCandidate Timed { get; }

        public void Dispose()
        {
            _graph?.Dispose();
            Array.ForEach(_inputs, input => input.Dispose());
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

            TorchRuntime.Synchronize(_device);
        }

        // Steps that cannot be captured are timed without it.
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

            TorchRuntime.Synchronize(_device);
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
            using var _ = Autocast.To(_autocast, _device.Kind);
            var outputs = _executor.ForwardAll(_inputs, training: true);
            try
            {
                return outputs.Skip(1).Aggregate(Aten.Mean(outputs[0]), Add);
            }
            finally
            {
                outputs.Release();
            }
        }

        private static Tensor Add(Tensor sum, Tensor output)
        {
            using (sum)
            {
                using var mean = Aten.Mean(output);
                return Aten.Add(sum, mean);
            }
        }
    }
}
