using System.Collections.Immutable;
using Ocs.Data;
using Ocs.Torch;

namespace Ocs.Tasks;

/// <summary>
/// A task with your own loss: a function of the network's outputs and the batch. Its metrics are means over the
/// samples, and the loss.
/// </summary>
/// <param name="name">Its name in messages and in the record of a run.</param>
/// <param name="loss">Outputs, [N, ...] each, and the batch to the mean loss, [], owned by the caller.</param>
public sealed class CustomTask(string name, Func<IReadOnlyList<Tensor>, Batch, Tensor> loss) : ITask
{
    private readonly List<(Metric Metric, Func<IReadOnlyList<Tensor>, Batch, Tensor> Sum)> _measured = [];

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>
    /// The activation of each output, in the order of the outputs. Only a run with a teacher needs it.
    /// </summary>
    /// <value>Empty: no teacher can be used.</value>
    public ImmutableArray<OutputActivation> Activations { get; init; } = [];

    /// <summary>The added metrics, in their order, and then the loss.</summary>
    public ImmutableArray<Metric> Metrics =>
        [.. _measured.Select(measured => measured.Metric), new("loss", HigherIsBetter: false)];

    /// <summary>Adds a metric; the first becomes the headline.</summary>
    /// <param name="metric">The metric.</param>
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
