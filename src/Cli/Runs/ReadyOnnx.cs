using Ocs.Cli.Runtimes;
using Ocs.Pruning.Latency;

namespace Ocs.Cli.Runs;

/// <summary>A network under ONNX Runtime with random inputs. Owns the network.</summary>
internal sealed class ReadyOnnx : ReadyNetwork
{
    private const ulong Seed = 0;
    private readonly OnnxNetwork _network;
    private readonly NetworkRun _run;

    private ReadyOnnx(OnnxNetwork network, NetworkRun run) => (_network, _run) = (network, run);

    /// <summary>Takes a network and draws inputs for it. If that fails, the network is disposed.</summary>
    public static ReadyOnnx Of(OnnxNetwork network, int batch)
    {
        try
        {
            return new(network, network.Prepare(NetworkInputs.Random([network], batch, Seed)));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public override void Run() => _run.Execute();

    public override void Dispose()
    {
        _run.Dispose();
        _network.Dispose();
    }
}
