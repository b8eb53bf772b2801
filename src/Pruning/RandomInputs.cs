using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Pruning;

/// <summary>Random input batches for any network.</summary>
internal static class RandomInputs
{
    private const ulong Seed = 0;

    /// <summary>
    /// A batch of each input, owned by the caller: index 0 for inputs of embeddings, normally distributed numbers for
    /// all others.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="batch">Samples of each batch.</param>
    /// <param name="device">Where the tensors are to be.</param>
    public static Tensor[] Draw(Graph graph, int batch, Device device)
    {
        using var generator = new Generator(Seed);
        var inputs = Enumerable.Range(0, graph.Nodes.Length).Where(index => graph.Nodes[index].Operator is Input);
        return [.. inputs.Select(index =>
        {
            using var input = Tensor.Zeros([batch, .. graph.Nodes[index].Shape.AsSpan()[1..]]);
            if (TokenInputs.Rows(graph, index) is null)
            {
                Aten.NormalInPlace(input, 0, 1, generator);
            }

            return input.To(device);
        })];
    }
}
