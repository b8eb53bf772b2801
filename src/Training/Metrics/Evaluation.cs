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
public sealed record EvaluationResult(double Accuracy, double Loss, int Samples, double ImagesPerSecond)
{
    /// <summary>Fraction of images whose class is among the five likeliest; null where there are ten classes or fewer.</summary>
    public double? Top5Accuracy { get; init; }
}

/// <summary>Measures a network on a data set, without augmentation.</summary>
public static class Evaluation
{
    private const int MostClassesWithoutTop5 = 10;

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
        var hasTop5 = data.ClassNames.Length > MostClassesWithoutTop5;
        var (loss, correct, near, seen) = (0.0, 0L, 0L, 0);
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                using var logits = executor.Forward(batch.Images, training: false);
                using var batchLoss = Aten.CrossEntropy(logits, batch.Labels, reduction: Reduction.Sum);
                loss += batchLoss.Item<double>();
                correct += Correct(logits, batch.Labels);
                near += hasTop5 ? CorrectAmong(5, logits, batch.Labels) : 0;
                seen += batch.Count;
            }
        }

        // Fewer than the data set has, where broken images are skipped.
        var sums = replicas.Sum(loss, correct, seen, near);
        var images = (int)sums[2];
        return new(sums[1] / images, sums[0] / images, images, images / Stopwatch.GetElapsedTime(start).TotalSeconds)
        {
            Top5Accuracy = hasTop5 ? sums[3] / images : null,
        };
    }

    /// <summary>How many rows of [N, K] logits have fewer than <paramref name="count"/> values above that of the label.</summary>
    public static long CorrectAmong(int count, Tensor logits, Tensor labels)
    {
        using var values = logits.To(Device.Cpu);
        using var classes = labels.To(Device.Cpu);
        using var ordered = values.To(DType.Float32);
        var rows = ordered.ToArray<float>().AsSpan();
        var found = 0L;
        var width = (int)logits.Shape[1];
        foreach (var label in classes.ToArray<long>())
        {
            var own = rows[(int)label];
            var above = 0;
            foreach (var value in rows[..width])
            {
                above += value > own ? 1 : 0;
            }

            found += above < count && !float.IsNaN(own) ? 1 : 0;
            rows = rows[width..];
        }

        return found;
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
