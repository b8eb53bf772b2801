using System.Collections.Concurrent;
using System.Diagnostics;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Feeds a data set to training, epoch after epoch, from threads that prepare batches ahead of the step.
/// </summary>
/// <remarks>
/// What an epoch contains depends on seed, epoch and the image alone: not on timing, threads, prefetching, or the
/// epochs before. There is memory for the batches that are kept ready, one that is made and those that the caller
/// holds. One epoch runs at a time; leaving its loop early ends it.
/// </remarks>
public sealed class BatchLoader : IBatchSource
{
    private readonly LabelledImages _dataset;
    private readonly ConcurrentBag<BatchBuffer> _free = [];
    private readonly ImageDataset? _toStay;
    private ResidentImages? _resident;
    private BatchPipeline? _running;
    private long _waitedTicks;
    private bool _disposed;

    /// <exception cref="OcsInputException">An option is out of range. The message names all problems.</exception>
    public BatchLoader(LabelledImages dataset, BatchLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        BatchCount.Require(dataset, options, new[] { dataset.Problem(options.Augmentation) }.OfType<string>());
        (_dataset, Options, MemoryFormat) = (dataset, options, options.MemoryFormat);
        (BatchesPerEpoch, SamplesPerEpoch) = BatchCount.Of(dataset.Count, options);
        var isPlain = options.Augmentation is { RandAugmentOperations: 0, RepeatedAugmentation: 1 };
        var fits = options.Resident && isPlain && ResidentImages.Fit(
            dataset.Count, dataset.Channels, dataset.Height, dataset.Width, options.Augmentation.CropPadding);
        _toStay = fits ? dataset as ImageDataset : null;
    }

    public BatchLoaderOptions Options { get; }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public int SamplesPerEpoch { get; }

    /// <summary>The order of the images in memory, from the next epoch on.</summary>
    public MemoryFormat MemoryFormat { get; private set; }

    /// <summary>Seconds that consumers have waited for batches since the loader was made.</summary>
    public double WaitSeconds => (double)_waitedTicks / Stopwatch.Frequency;

    /// <inheritdoc/>
    public int SamplesOf(int batch) => Math.Min(Options.BatchSize, SamplesPerEpoch - (batch * Options.BatchSize));

    /// <inheritdoc/>
    public void Prefer(MemoryFormat format) => MemoryFormat = format;

    /// <inheritdoc/>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        return _toStay is null ? Run(epoch, firstBatch) : RunOnDevice(_toStay, epoch, firstBatch);
    }

    public void Dispose()
    {
        _disposed = true;
        _running?.Dispose();
        _resident?.Dispose();
        Clear();
    }

    private IEnumerable<Batch> RunOnDevice(ImageDataset images, int epoch, int firstBatch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        MemoryFormat format = MemoryFormat;
        _resident ??= new(images, Options.Augmentation, Options.Device);
        int[] order = Sampler.Order(_dataset.Count, Options.Seed, epoch, Options.Shuffle);
        using Tensor choices = _resident.Choose(
            order.AsSpan(0, SamplesPerEpoch), Rng.StreamSeed(Options.Seed, "augmentation", epoch));
        for (int index = firstBatch; index < BatchesPerEpoch; index++)
        {
            int first = index * Options.BatchSize;
            (int start, int count) = Options.Shard.Of(SamplesOf(index)).GetOffsetAndLength(SamplesOf(index));
            if (count > 0)
            {
                yield return new(index, Aten.Narrow(choices, 1, first + start, count), _resident, format);
            }
        }
    }

    private IEnumerable<Batch> Run(int epoch, int firstBatch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_running is not null)
        {
            throw new InvalidOperationException("an epoch of this loader is still running: finish or leave it first");
        }

        // Where the last batch has fewer images than parts, some parts have none of it.
        int end = Options.Shard.Of(SamplesOf(BatchesPerEpoch - 1)) is var part && part.Start.Equals(part.End)
            ? BatchesPerEpoch - 1
            : BatchesPerEpoch;
        MemoryFormat format = MemoryFormat;
        EpochBatches plan = new(_dataset, Options, epoch, count => Take(count, format), GiveBack);
        int workers = Options.Workers ?? _dataset.Workers;
        _running = new(firstBatch, end, Options.PrefetchDepth, workers, plan);
        try
        {
            while (_running.Next(ref _waitedTicks) is { } batch)
            {
                yield return batch;
            }
        }
        finally
        {
            _running.Dispose();
            _running = null;
            Clear();
        }
    }

    private BatchBuffer Take(int count, MemoryFormat format)
    {
        while (_free.TryTake(out BatchBuffer? buffer))
        {
            if (buffer.Count == count && buffer.Format == format)
            {
                return buffer;
            }

            buffer.Dispose();
        }

        return new(count, _dataset, format);
    }

    private void GiveBack(BatchBuffer buffer)
    {
        if (_disposed || _running is null)
        {
            buffer.Dispose();
            return;
        }

        _free.Add(buffer);
    }

    private void Clear()
    {
        while (_free.TryTake(out BatchBuffer? buffer))
        {
            buffer.Dispose();
        }
    }
}
