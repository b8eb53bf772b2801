using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Running statistics of batch norms, taken anew: those of a whole network are not those of what is cut from it, and evaluation uses them.
/// </summary>
internal static class NormRecalibration
{
    /// <summary>Makes the statistics the means of those of some batches of an epoch. Weights stay as they are.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters, whose running statistics are replaced.</param>
    /// <param name="loader">Training images.</param>
    /// <param name="epoch">Whose order and augmentation the batches have.</param>
    /// <param name="batches">How many batches, or all of the epoch's.</param>
    /// <param name="generator">What dropout and its like draw from.</param>
    /// <param name="partSize">The most images to take of each.</param>
    /// <returns>Whether the network has any batch norm.</returns>
    public static bool Run(Graph graph, ParameterTable parameters, BatchLoader loader, int epoch, int batches, Generator generator,
        int partSize = int.MaxValue)
    {
        if (batches == 0 || !graph.Nodes.Any(node => node.Operator is BatchNorm2d))
        {
            return false;
        }

        using var _ = Autograd.NoGrad();
        var seen = 0;
        foreach (var batch in loader.Epoch(epoch).Take(batches))
        {
            using (batch)
            {
                using var images = TrainingBatches.FirstPart(batch, partSize);
                using var output = new Executor(WithMomentum(graph, 1.0 / ++seen), parameters) { Generator = generator }.Forward(images, training: true);
            }
        }

        return true;
    }

    // With the momentum 1/n, the running mean after batch n is the mean of all n.
    private static Graph WithMomentum(Graph graph, double momentum) => graph with
    {
        Nodes =
        [
            .. graph.Nodes.Select(node => node.Operator is BatchNorm2d norm ? node with { Operator = norm with { Momentum = momentum } } : node),
        ],
    };
}
