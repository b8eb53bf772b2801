using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Tasks;
using Ocs.Torch;
using Ocs.Training.Distributed;

namespace Ocs.Training.Metrics;

/// <summary>The result of evaluating a network on a data set.</summary>
/// <param name="Metrics">The metrics of the task, the headline metric first.</param>
/// <param name="Loss">The mean loss of a sample.</param>
/// <param name="Samples">Samples seen.</param>
/// <param name="SamplesPerSecond">How fast.</param>
public sealed record EvaluationResult(
    ImmutableArray<MetricValue> Metrics, double Loss, int Samples, double SamplesPerSecond)
{
    /// <summary>The value of the task's first metric.</summary>
    public double Headline => Metrics[0].Value;

    /// <summary>The fraction of correctly classified samples; null for other tasks.</summary>
    public double? Accuracy => this["accuracy"];

    /// <summary>
    /// The fraction of samples whose class is among the five likeliest, for more than ten classes; null otherwise.
    /// </summary>
    public double? Top5Accuracy => this["top5-accuracy"];

    /// <summary>The value of a metric by its name; null if the task does not measure it.</summary>
    public double? this[string metric] => Metrics.FirstOrDefault(value => value.Name == metric)?.Value;
}

/// <summary>How far the measuring of a network is, after a batch.</summary>
/// <param name="Samples">Samples that were measured.</param>
/// <param name="Total">Samples of the data set. Fewer are measured where broken images are skipped.</param>
/// <param name="SamplesPerSecond">How fast.</param>
public readonly record struct EvaluationProgress(int Samples, int Total, double SamplesPerSecond);

/// <summary>Measures a network on a data set, without augmentation.</summary>
public static class Evaluation
{
    /// <summary>Evaluates an image classifier.</summary>
    /// <param name="executor">Runs the network.</param>
    /// <param name="data">The images with their classes.</param>
    /// <param name="batchSize">Images of a batch, at least 1.</param>
    /// <param name="device">Where the network's parameters are.</param>
    /// <param name="progress">Gets every batch; null for none.</param>
    /// <param name="cancellationToken">Ends it after the present batch.</param>
    /// <exception cref="OperationCanceledException">
    /// It was cancelled: what is known of a part of the samples is no result.
    /// </exception>
    public static EvaluationResult Run(
        Executor executor, LabelledImages data, int batchSize, Device device = default,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default) => Run(
            executor, new Classification(data.ClassNames), data, batchSize, device, progress, cancellationToken);

    /// <summary>Evaluates a network on a task.</summary>
    /// <param name="executor">Runs the network.</param>
    /// <param name="task">The task.</param>
    /// <param name="data">The samples.</param>
    /// <param name="batchSize">Samples of a batch, at least 1.</param>
    /// <param name="device">Where the network's parameters are.</param>
    /// <param name="progress">Gets every batch; null for none.</param>
    /// <param name="cancellationToken">Ends it after the present batch.</param>
    /// <exception cref="OperationCanceledException">
    /// It was cancelled: what is known of a part of the samples is no result.
    /// </exception>
    public static EvaluationResult Run(
        Executor executor, ITask task, IDataset data, int batchSize, Device device = default,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Run(executor, task, data, batchSize, device, Replicas.None, progress, cancellationToken);

    /// <summary>The same by several processes, each on its part. All get the whole result.</summary>
    internal static EvaluationResult Run(
        Executor executor, ITask task, IDataset data, int batchSize, Device device, Replicas replicas,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default) => Run(
            inputs => executor.ForwardAll([.. inputs], training: false),
            task,
            data,
            BatchLoaderOptions.Evaluation(batchSize * replicas.Count) with
            {
                MemoryFormat = executor.MemoryFormat,
                Device = device,
                Shard = replicas.Shard,
            },
            replicas,
            progress,
            cancellationToken);

    /// <summary>The same for any function from inputs to outputs. The outputs are released.</summary>
    internal static EvaluationResult Run(
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward, ITask task, IDataset data,
        BatchLoaderOptions options, Replicas replicas, IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using var _ = Autograd.NoGrad();
        var start = Stopwatch.GetTimestamp();
        using var source = data.Open(options);
        var tally = task.CreateTally();
        var (loss, seen) = (0.0, 0);
        foreach (var batch in source.Epoch(0))
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var outputs = forward(batch.Inputs);
                try
                {
                    using var batchLoss = task.LossSum(outputs, batch);
                    loss += batchLoss.Item<double>();
                    tally.Add(outputs, batch);
                    seen += batch.Count;
                }
                finally
                {
                    outputs.Release();
                }
            }

            progress?.Report(new(seen, data.Count, seen / Stopwatch.GetElapsedTime(start).TotalSeconds));
        }

        // Fewer than the data set has if broken images are skipped.
        var sums = replicas.Sum(loss, seen);
        var samples = (int)sums[1];
        var mean = sums[0] / samples;
        var values = tally.Values(samples, mean, replicas);
        return new(
            [.. task.Metrics.Zip(values, (metric, value) => new MetricValue(metric.Name, value))],
            mean,
            samples,
            samples / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
