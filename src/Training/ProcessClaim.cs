using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Claims settings that libtorch has once in a process: the precision of matrix products, whether cuDNN tries its
/// algorithms, and the generator of a CUDA device. Trainers with equal settings share them. When the last one ends, the
/// old settings are restored.
/// </summary>
internal sealed class ProcessClaim : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<Device> Drawing = [];
    private static Settings _before;
    private static int _claims;

    private readonly Device? _drawing;

    private ProcessClaim(Device? drawing) => _drawing = drawing;

    /// <summary>Claims the settings of a training until the result is disposed.</summary>
    /// <exception cref="OcsInputException">Another trainer of this process runs with other settings.</exception>
    public static ProcessClaim Take(TrainingOptions options, Graph graph, Device device)
    {
        lock (Gate)
        {
            Settings wanted = new(options.MatmulPrecision, options.CudnnBenchmark);
            if (_claims > 0 && Settings.Current != wanted)
            {
                throw new OcsInputException(
                    $"Another trainer in this process runs with {Settings.Current}, and this one wants {wanted}, "
                    + "which libtorch has once a process; give both the same, or run one after the other.");
            }

            var draws = device.Kind != DeviceKind.Cpu && graph.Nodes.Any(node => node.Operator.DrawsRandomNumbers);
            if (draws && !Drawing.Add(device))
            {
                throw new OcsInputException(
                    $"Another trainer in this process draws dropout's numbers on {device}, "
                    + "which has one generator a process; run one after the other, or each in a process of its own.");
            }

            if (_claims++ == 0)
            {
                _before = Settings.Current;
                Settings.Current = wanted;
            }

            return new(draws ? device : null);
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_drawing is { } device)
            {
                Drawing.Remove(device);
            }

            if (--_claims == 0)
            {
                Settings.Current = _before;
            }
        }
    }

    private readonly record struct Settings(MatmulPrecision Products, bool Benchmark)
    {
        public static Settings Current
        {
            get => new(TorchRuntime.MatmulPrecision, TorchRuntime.CudnnBenchmark);
            set => (TorchRuntime.MatmulPrecision, TorchRuntime.CudnnBenchmark) = (value.Products, value.Benchmark);
        }

        public override string ToString() =>
            $"`{nameof(TrainingOptions.MatmulPrecision)}` {Products.ToString().ToLowerInvariant()} "
            + $"and `{nameof(TrainingOptions.CudnnBenchmark)}` {(Benchmark ? "true" : "false")}";
    }
}
