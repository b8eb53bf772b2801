using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// A task with a loss of any kind: a function of the network's outputs and the batch. Measured are the loss, and means
/// over the samples.
/// </summary>
/// <param name="name">What it is called in messages and in the record of a run.</param>
/// <param name="loss">Outputs, [N, ...] each, and the batch to the mean loss, [], owned by the caller.</param>
public sealed class CustomTask(string name, Func<IReadOnlyList<Tensor>, Batch, Tensor> loss) : ITask
{
    private readonly List<(Metric Metric, Func<IReadOnlyList<Tensor>, Batch, Tensor> Sum)> _measured = [];

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>
    /// What turns each output into its prediction, in the order of the outputs; only a run with a teacher needs it.
    /// </summary>
    /// <value>Nothing: a teacher has nothing to say.</value>
    public ImmutableArray<OutputActivation> Activations { get; init; } = [];

    /// <summary>What was added, in its order, and then the loss.</summary>
    public ImmutableArray<Metric> Metrics =>
        [.. _measured.Select(measured => measured.Metric), new("loss", HigherIsBetter: false)];

    /// <summary>Adds a metric; the first becomes the headline.</summary>
    /// <param name="metric">What it is called.</param>
    /// <param name="sum">
    /// Outputs and batch to the sum over the samples, [], owned by the caller; the metric is the mean.
    /// </param>
    /// <returns>This task.</returns>
    public CustomTask Measure(Metric metric, Func<IReadOnlyList<Tensor>, Batch, Tensor> sum)
    {
        _measured.Add((metric, sum));
        return this;
    }

    /// <inheritdoc/>
    public Tensor Loss(IReadOnlyList<Tensor> outputs, Batch batch) => loss(outputs, batch);

    /// <inheritdoc/>
    public OutputActivation ActivationOf(int output) =>
        output < Activations.Length ? Activations[output] : OutputActivation.None;

    /// <inheritdoc/>
    public IMetricTally CreateTally() => new Tally([.. _measured.Select(measured => measured.Sum)]);

    private sealed class Tally(ImmutableArray<Func<IReadOnlyList<Tensor>, Batch, Tensor>> measured) : IMetricTally
    {
        private readonly double[] _sums = new double[measured.Length];

        public void Add(IReadOnlyList<Tensor> outputs, Batch batch)
        {
            for (var i = 0; i < _sums.Length; i++)
            {
                using var sum = measured[i](outputs, batch);
                using var wide = sum.To(DType.Float64);
                _sums[i] += wide.Item<double>();
            }
        }

        public ImmutableArray<double> Values(long samples, double loss, IProcessExchange processes) =>
            [.. processes.Sum(_sums).Select(sum => sum / samples), loss];
    }
}
