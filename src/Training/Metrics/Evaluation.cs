using System.Diagnostics;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Distributed;

namespace Ocs.Training.Metrics;

/// <summary>What a network does on a data set.</summary>
/// <param name="Accuracy">Fraction of images whose class is found.</param>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Samples">Images seen.</param>
/// <param name="ImagesPerSecond">How fast.</param>
public sealed record EvaluationResult(double Accuracy, double Loss, int Samples, double ImagesPerSecond);

/// <summary>Measures a network on a data set, without augmentation.</summary>
public static class Evaluation
{
    public static EvaluationResult Run(Executor executor, LabelledImages data, int batchSize, Device device = default) =>
        Run(executor, data, batchSize, device, Replicas.None);

    /// <summary>The same by several processes, each on its part; all get the whole result.</summary>
    internal static EvaluationResult Run(Executor executor, LabelledImages data, int batchSize, Device device, Replicas replicas)
    {
        using var _ = Autograd.NoGrad();
        var start = Stopwatch.GetTimestamp();
        using var loader = new BatchLoader(data, BatchLoaderOptions.Evaluation(batchSize * replicas.Count) with
        {
            MemoryFormat = executor.MemoryFormat,
            Device = device,
            Shard = replicas.Shard,
        });
        var (loss, correct, seen) = (0.0, 0L, 0);
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                using var logits = executor.Forward(batch.Images, training: false);
                using var batchLoss = Aten.CrossEntropy(logits, batch.Labels, reduction: Reduction.Sum);
                loss += batchLoss.Item<double>();
                correct += Correct(logits, batch.Labels);
                seen += batch.Count;
            }
        }

        // Fewer than the data set has, where broken images are skipped.
        var sums = replicas.Sum(loss, correct, seen);
        var images = (int)sums[2];
        return new(sums[1] / images, sums[0] / images, images, images / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>How many rows of [N, K] logits have their largest value at the label.</summary>
    public static long Correct(Tensor logits, Tensor labels)
    {
        using var chosen = Aten.Argmax(logits, 1);
        using var equal = Aten.Eq(chosen, labels);
        using var count = Aten.Sum(equal);
        return count.Item<long>();
    }
}
