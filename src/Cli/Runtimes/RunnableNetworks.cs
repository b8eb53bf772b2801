using Ocs.Cli.Output;
using Ocs.Formats;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>Opens the networks of a command line for inference.</summary>
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

    /// <summary>
    /// Adds a network under each of the runtimes to a list, which owns them. An ONNX file that libtorch cannot run only
    /// runs under ONNX Runtime, with a remark.
    /// </summary>
    public static void OpenAll(
        ModelRequest request, IReadOnlyList<NetworkRuntime> runtimes, int threads, CommandConsole console,
        List<RunnableNetwork> networks)
    {
        var mayFail = runtimes.Contains(NetworkRuntime.Onnxruntime);
        if (AddLibtorch(request, mayFail, console, networks) is { } problem)
        {
            networks.Add(OnnxNetwork.Open(request.Model, threads));
            console.Error.WriteLine($"{request.Model} is timed under ONNX Runtime only: {problem}");
            return;
        }

        var network = (TorchNetwork)networks[^1];
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

    // Returns the problem, or null. Random weights are as fast as trained ones, so they get no warning.
    private static string? AddLibtorch(
        ModelRequest request, bool mayFail, CommandConsole console, List<RunnableNetwork> networks)
    {
        if (mayFail && OnnxFile.IsQuantized(request.Model))
        {
            return "its layers are int8.";
        }

        try
        {
            networks.Add(
                new TorchNetwork(request.Model, ModelSource.Open(request, console with { Error = TextWriter.Null })));
            return null;
        }
        catch (OcsInputException error)
            when (mayFail && ModelSource.IsOnnx(request.Model) && File.Exists(request.Model))
        {
            return error.Message;
        }
    }
}
