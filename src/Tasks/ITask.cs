using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// A task that a network is trained for: the loss and the metrics. Outputs are those of the network, in their order. A
/// batch has the targets of its inputs. All methods compute with tensors, so that they run on every device.
/// </summary>
public interface ITask
{
    /// <summary>Its name in messages and in the record of a run.</summary>
    string Name { get; }

    /// <summary>
    /// The metrics, at least one. The first is the headline metric, by which the best network is chosen.
    /// </summary>
    ImmutableArray<Metric> Metrics { get; }

    /// <summary>The training loss: the mean over the samples, [], owned by the caller.</summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch);

    /// <summary>
    /// The loss of evaluation: the sum over the samples, [], owned by the caller. Terms that only help training, such
    /// as label smoothing, are not part of it.
    /// </summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    Tensor LossSum(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var mean = Loss(outputs, batch);
        return Aten.Mul(mean, batch.Count);
    }

    /// <summary>
    /// The score that the progress of training shows next to the loss: the sum over the samples, [], owned by the
    /// caller. The headline metric is its mean. Null if the headline metric is not such a mean.
    /// </summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    Tensor? Score(IReadOnlyList<Tensor> outputs, Batch batch) => null;

    /// <summary>
    /// The activation that turns an output into a prediction, needed to learn from a teacher. The target of an output
    /// with <see cref="OutputActivation.Softmax"/> is the one with the same number.
    /// </summary>
    /// <param name="output">The number of the output, from 0.</param>
    OutputActivation ActivationOf(int output) => OutputActivation.None;

    /// <summary>Begins an evaluation of <see cref="Metrics"/>.</summary>
    IMetricTally CreateTally();

    /// <summary>The result of a network that has learnt nothing; null if unknown.</summary>
    /// <param name="data">The samples of the evaluation.</param>
    Guessing? Guess(IDataset data) => null;

    /// <summary>Checks before the training that a network and data fit the task.</summary>
    /// <exception cref="OcsInputException">They do not.</exception>
    void Check(Graph graph, IDataset data)
    {
    }
}

/// <summary>A task whose outputs can be decoded.</summary>
/// <typeparam name="TPrediction">The prediction for a sample.</typeparam>
public interface ITask<TPrediction> : ITask
{
    /// <summary>The predictions for a batch, one for each sample.</summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    ImmutableArray<TPrediction> Decode(IReadOnlyList<Tensor> outputs);
}
