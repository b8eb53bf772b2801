using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>The gradients of the loss of training samples, which criteria such as `SaliencyKind.Taylor` need.</summary>
public static class TrainingGradients
{
    /// <summary>
    /// Replaces the gradients by those of the mean loss, summed over batches of training samples. The samples are a
    /// random choice without augmentation. The network runs in evaluation mode, so its statistics stay as they are.
    /// </summary>
    /// <param name="executor">Runs the network.</param>
    /// <param name="parameters">The parameters of the network, whose gradients are replaced.</param>
    /// <param name="task">Gives the loss.</param>
    /// <param name="data">The training samples.</param>
    /// <param name="batches">How many batches, at least 1; all samples if they are fewer.</param>
    /// <param name="batchSize">Samples of a batch, at least 1.</param>
    /// <param name="epoch">The epoch that determines which samples are chosen.</param>
    /// <param name="device">Where the parameters are.</param>
    /// <exception cref="OcsInputException">A number is out of range.</exception>
    public static void Accumulate(
        Executor executor, ParameterTable parameters, ITask task, IDataset data, int batches, int batchSize = 64,
        int epoch = 0, Device device = default)
    {
        if (batches < 1)
        {
            throw new OcsInputException($"`{nameof(batches)}` must be at least 1, but is {batches}.");
        }

        using var source = data.Open(
            BatchLoaderOptions.Evaluation(batchSize) with { Shuffle = true, Device = device });
        parameters.ClearGradients();
        foreach (var batch in source.Epoch(epoch).Take(batches))
        {
            using (batch)
            {
                var outputs = executor.ForwardAll([.. batch.Inputs], training: false);
                try
                {
                    using var loss = task.Loss(outputs, batch);
                    Autograd.Backward(loss);
                }
                finally
                {
                    outputs.Release();
                }
            }
        }
    }
}
