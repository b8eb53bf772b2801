using Ocs.Cli.Output;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>Opens what a command line names, to be run.</summary>
internal static class RunnableNetworks
{
    /// <summary>An ONNX file under ONNX Runtime, anything else under libtorch.</summary>
    public static RunnableNetwork Open(ModelRequest request, CommandConsole console)
    {
        if (ModelSource.IsOnnx(request.Model))
        {
            return OnnxNetwork.Open(request.Model, TorchRuntime.Threads);
        }

        return new TorchNetwork(request.Model, ModelSource.Open(request, console));
    }

    /// <summary>Adds a network under each of the runtimes that can run it, with so many threads, to a list that owns them.</summary>
    public static void OpenAll(
        ModelRequest request, IReadOnlyList<NetworkRuntime> runtimes, int threads, CommandConsole console, List<RunnableNetwork> networks)
    {
        if (ModelSource.IsOnnx(request.Model))
        {
            if (!runtimes.Contains(NetworkRuntime.Onnxruntime))
            {
                throw new OcsInputException($"{request.Model} is run by ONNX Runtime only; add onnxruntime to --runtimes.");
            }

            networks.Add(OnnxNetwork.Open(request.Model, threads));
            return;
        }

        var network = new TorchNetwork(request.Model, ModelSource.Open(request, console));
        networks.Add(network);
        if (runtimes.Contains(NetworkRuntime.Onnxruntime))
        {
            networks.Add(OnnxNetwork.Of(network, threads));
        }

        if (!runtimes.Contains(NetworkRuntime.Libtorch))
        {
            networks.Remove(network);
            network.Dispose();
        }
    }
}
