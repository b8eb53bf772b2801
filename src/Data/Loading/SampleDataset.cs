using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// A data set that makes one sample at a time, such as one that reads a file for each. Batches are stacked from them,
/// ahead of the step.
/// </summary>
public abstract class SampleDataset : IDataset
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract int Count { get; }

    /// <inheritdoc/>
    public abstract ImmutableArray<ImmutableArray<long>> InputShapes { get; }

    /// <summary>One sample. Several threads call it at once.</summary>
    /// <param name="index">Which sample, from 0 to N - 1.</param>
    /// <param name="seed">
    /// For augmentation: another number for each sample and epoch, the same in each run; null if samples are wanted
    /// as they are.
    /// </param>
    /// <returns>The sample, owned by the caller; all samples have the same shapes and types.</returns>
    public abstract Sample Get(int index, ulong? seed);

    /// <inheritdoc/>
    public IBatchSource Open(BatchLoaderOptions options) => new DatasetBatches(this, options, Make);

    /// <summary>A batch of some samples, in their order.</summary>
    internal Batch Make(int batch, ReadOnlySpan<int> chosen, ulong? seed, int workers)
    {
        var indices = chosen.ToArray();
        var samples = new Sample[indices.Length];
        try
        {
            Parallel.For(0, indices.Length, new() { MaxDegreeOfParallelism = workers }, i =>
                samples[i] = Get(indices[i], seed + (ulong)indices[i]));
            return new(batch, Stacked(samples, sample => sample.Inputs), Stacked(samples, sample => sample.Targets));
        }
        catch (AggregateException error)
        {
            throw error.InnerExceptions[0] is OcsInputException known
                ? known
                : new InvalidOperationException(
                    $"{Name} can't make a batch: {error.InnerExceptions[0].Message}", error.InnerExceptions[0]);
        }
        finally
        {
            var whole = samples.Where(sample => sample is not null);
            foreach (var tensor in whole.SelectMany(sample => sample.Inputs.Concat(sample.Targets)))
            {
                tensor.Dispose();
            }
        }
    }

    private static Tensor[] Stacked(Sample[] samples, Func<Sample, Tensor[]> part) =>
    [
        .. Enumerable.Range(0, part(samples[0]).Length)
            .Select(i => Aten.Stack([.. samples.Select(sample => part(sample)[i])])),
    ];
}
