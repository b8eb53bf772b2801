using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// What a network is trained for: what its batches hold, the loss, and what is measured. Outputs are those of the
/// network, in their order; a batch has the targets that belong to its inputs. All functions compute with tensors, so
/// that they run on every device.
/// </summary>
public interface ITask
{
    /// <summary>What it is called in messages and in the record of a run.</summary>
    string Name { get; }

    /// <summary>What is measured, at least one. The first is the headline: the best network is chosen by it.</summary>
    ImmutableArray<Metric> Metrics { get; }

    /// <summary>The loss that training lowers: the mean over the samples, [], owned by the caller.</summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch);

    /// <summary>
    /// The loss that evaluation reports: the sum over the samples, [], owned by the caller. What only helps training is
    /// left out.
    /// </summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    Tensor LossSum(IReadOnlyList<Tensor> outputs, Batch batch)
    {
        using var mean = Loss(outputs, batch);
        return Aten.Mul(mean, batch.Count);
    }

    /// <summary>
    /// What the progress of training shows beside the loss: the sum over the samples of what the headline is the mean
    /// of, [], owned by the caller. Null where the headline is no such mean.
    /// </summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    Tensor? Score(IReadOnlyList<Tensor> outputs, Batch batch) => null;

    /// <summary>
    /// What turns an output into a prediction, so that a network can learn it from a teacher. The target of an output
    /// with <see cref="OutputActivation.Softmax"/> is the one with the same number.
    /// </summary>
    /// <param name="output">The number of the output, from 0.</param>
    OutputActivation ActivationOf(int output) => OutputActivation.None;

    /// <summary>Begins a measurement of <see cref="Metrics"/>.</summary>
    IMetricTally CreateTally();

    /// <summary>What a network reaches that has learnt nothing; null where that is not known.</summary>
    /// <param name="data">The samples that are measured on.</param>
    Guessing? Guess(IDataset data) => null;

    /// <summary>Looks whether a network and data fit the task, before anything is trained.</summary>
    /// <exception cref="OcsInputException">They do not.</exception>
    void Check(Graph graph, IDataset data)
    {
    }
}

/// <summary>A task whose outputs can be decoded.</summary>
/// <typeparam name="TPrediction">The prediction for a sample.</typeparam>
public interface ITask<TPrediction> : ITask
{
    /// <summary>The predictions for a batch, one a sample.</summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    ImmutableArray<TPrediction> Decode(IReadOnlyList<Tensor> outputs);
}
