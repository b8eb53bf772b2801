using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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
    /// <param name="random">
    /// For augmentation, seeded for this sample in this epoch; null where samples are wanted as they are.
    /// </param>
    /// <returns>The sample, owned by the caller; all samples have the same shapes and types.</returns>
    public abstract Sample Get(int index, Random? random);

    /// <inheritdoc/>
    public IBatchSource Open(BatchLoaderOptions options) => new DatasetBatches(this, options, Make);

    private Batch Make(int batch, ReadOnlySpan<int> chosen, ulong? seed, int workers)
    {
        var indices = chosen.ToArray();
        var samples = new Sample[indices.Length];
        try
        {
            Parallel.For(0, indices.Length, new() { MaxDegreeOfParallelism = workers }, i =>
                samples[i] = Get(indices[i], seed is { } own ? Random(own + (ulong)indices[i]) : null));
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

    [SuppressMessage("ApiDesign", "RS0030",
        Justification = "Whoever writes a data set knows .NET's generator; the seed is of the run's.")]
    private static Random Random(ulong seed) => new((int)(new Rng(seed).NextUInt64() & int.MaxValue));

    private static Tensor[] Stacked(Sample[] samples, Func<Sample, Tensor[]> part) =>
    [
        .. Enumerable.Range(0, part(samples[0]).Length)
            .Select(i => Aten.Stack([.. samples.Select(sample => part(sample)[i])])),
    ];
}
