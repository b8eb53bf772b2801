using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>Computes the metrics of a task over a data set, batch by batch.</summary>
public interface IMetricTally
{
    /// <summary>Adds a batch.</summary>
    /// <param name="outputs">The network's outputs, [N, ...] each.</param>
    /// <param name="batch">The inputs and targets of the same samples.</param>
    void Add(IReadOnlyList<Tensor> outputs, Batch batch);

    /// <summary>The values, in the order of <see cref="ITask.Metrics"/>, over all batches of all processes.</summary>
    /// <param name="samples">Samples of all processes.</param>
    /// <param name="loss">Their mean loss.</param>
    /// <param name="processes">The processes of the run, all of which call this.</param>
    ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes);
}

/// <summary>
/// Exchanges numbers of an evaluation between the processes of a run. All processes must make the same calls in the
/// same order.
/// </summary>
public interface IProcessExchange
{
    /// <summary>Sums over the processes, number by number.</summary>
    double[] Sum(params double[] values);

    /// <summary>The numbers of each process, by rank; they may have different lengths.</summary>
    double[][] Gather(double[] values);
}
