using Ocs.Data;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Estimates the running statistics of batch norms again. Evaluation uses them, and those of the whole network are
/// wrong for the cut one.
/// </summary>
internal static class NormRecalibration
{
    /// <summary>Whether a network has running statistics.</summary>
    public static bool Concerns(Graph graph) => graph.Nodes.Any(node => node.Operator is BatchNorm2d);

    /// <summary>Sets the statistics to the means over some batches of an epoch. Weights do not change.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="parameters">Its parameters, whose running statistics are replaced.</param>
    /// <param name="source">Training samples.</param>
    /// <param name="epoch">The epoch that determines order and augmentation.</param>
    /// <param name="batches">How many batches, or all of the epoch's.</param>
    /// <param name="generator">The random generator, used by dropout for example.</param>
    /// <param name="partSize">The largest number of samples run at once.</param>
    /// <returns>Whether the network has any batch norm.</returns>
    public static bool Run(
        Graph graph, ParameterTable parameters, IBatchSource source, int epoch, int batches, Generator generator,
        int partSize = int.MaxValue)
    {
        if (batches == 0 || !Concerns(graph))
        {
            return false;
        }

        using var _ = Autograd.NoGrad();
        var seen = 0;
        foreach (var batch in source.Epoch(epoch).Take(batches))
        {
            using (batch)
            {
                using var part = batch.Part(0, Math.Min(batch.Count, partSize));
                var executor = new Executor(WithMomentum(graph, 1.0 / ++seen), parameters) { Generator = generator };
                using var output = executor.Forward([.. part.Inputs], training: true);
            }
        }

        return true;
    }

    // With the momentum 1/n, the running mean after batch n is the mean of all n.
    private static Graph WithMomentum(Graph graph, double momentum) => graph with
    {
        Nodes =
        [
            .. graph.Nodes.Select(node => node.Operator is BatchNorm2d norm
                ? node with { Operator = norm with { Momentum = momentum } }
                : node),
        ],
    };
}
