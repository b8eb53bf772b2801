using Ocs.Graphs;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// The least bytes that networks need: values in 32 bits, nothing of what kernels take for themselves.
/// </summary>
internal static class NetworkMemory
{
    private const double BytesPerValue = sizeof(float);

    /// <summary>Of one sample's values that are alive at once in inference.</summary>
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
    /// Of one sample's values that a training step keeps for its backward pass: what layers with weights give, or those
    /// that are alive at once if most are computed once more.
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
    /// Fails with a sentence where networks that are ready to run at once need more than there is. Each has its inputs
    /// twice, as numbers and as its runtime's tensor; ONNX Runtime keeps what it took for values, and libtorch gives it
    /// to the next.
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
