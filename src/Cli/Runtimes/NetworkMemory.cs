using Ocs.Graphs;

namespace Ocs.Cli.Runtimes;

/// <summary>The least bytes that networks need: values in 32 bits, without the workspaces of kernels.</summary>
internal static class NetworkMemory
{
    private const double BytesPerValue = sizeof(float);

    /// <summary>The bytes of one sample's values alive at once in inference.</summary>
    public static double OfInference(Graph graph)
    {
        var (alive, peak) = (0.0, 0.0);
        var released = graph.ReleasedAfter();
        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            alive += Bytes(graph.Nodes[index]);
            peak = Math.Max(peak, alive);
            alive -= released[index].Sum(value => Bytes(graph.Nodes[value]));
        }

        return peak;
    }

    /// <summary>
    /// The bytes of one sample's values that a training step keeps for the backward pass: the outputs of layers with
    /// weights, or the values alive at once if most are recomputed.
    /// </summary>
    public static double OfTraining(Graph graph, bool recompute)
    {
        var stretches = recompute ? Stretch.Of(graph) : [];
        return stretches.IsEmpty
            ? OfLayers(graph.Nodes)
            : stretches.Max(stretch => OfLayers(graph.Nodes[stretch.First..stretch.End]))
                + stretches[..^1].SelectMany(stretch => stretch.Outputs).Sum(value => Bytes(graph.Nodes[value]));
    }

    /// <summary>
    /// Fails if networks that are ready to run at once need more memory than available. Each has its inputs twice, as
    /// numbers and as its runtime's tensor. ONNX Runtime keeps its memory for values; libtorch reuses it.
    /// </summary>
    public static void Require(IReadOnlyList<RunnableNetwork> networks, int batch, string option)
    {
        var inputs = networks.Sum(network => network.Inputs.Sum(
            input => input.Shape.Aggregate(2 * BytesPerValue, (product, size) => product * (size < 0 ? batch : size))));
        var values = networks.Where(network => network.Size is not null)
            .GroupBy(network => network is TorchNetwork, network => batch * network.Size!.Bytes)
            .Sum(runtime => runtime.Key ? runtime.Max() : runtime.Sum());
        new MachineMemory().Require(inputs + values, $"A batch of {batch}", $"give a smaller {option}");
    }

    private static double OfLayers(IEnumerable<Node> nodes) => nodes.Where(node => !node.Parameters.IsEmpty).Sum(Bytes);

    private static double Bytes(Node node) => node.Shape.Aggregate(BytesPerValue, (product, size) => product * size);
}
