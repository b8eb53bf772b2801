using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Cli.Runs;

/// <summary>The gradients for the criterion taylor.</summary>
internal static class TrainingGradients
{
    private const int BatchSize = 64;

    /// <summary>
    /// Accumulates the gradients of the mean cross-entropy over batches of training images, without augmentation and in
    /// a fixed order. The network runs in evaluation mode, so its statistics stay.
    /// </summary>
    public static void Accumulate(Graph graph, ParameterTable parameters, LabelledImages data, int batches)
    {
        if (batches < 1)
        {
            throw new OcsInputException($"--batches must be at least 1, but is {batches}.");
        }

        using var loader = new BatchLoader(data, BatchLoaderOptions.Evaluation(BatchSize) with { Shuffle = true });
        var executor = new Executor(graph, parameters);
        parameters.ClearGradients();
        foreach (var batch in loader.Epoch(0).Take(batches))
        {
            using (batch)
            {
                using var logits = executor.Forward(batch.Images, training: false);
                using var loss = Aten.CrossEntropy(logits, batch.Labels);
                Autograd.Backward(loss);
            }
        }
    }
}
