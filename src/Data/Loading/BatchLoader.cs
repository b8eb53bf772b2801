using System.Collections.Concurrent;
using System.Diagnostics;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Feeds a data set to training, epoch after epoch, from a thread that prepares batches ahead of the step.
/// </summary>
/// <remarks>
/// What an epoch contains depends on seed, epoch and the image alone: not on timing, prefetching, or the epochs before.
/// One epoch runs at a time; leaving its loop early ends it.
/// </remarks>
public sealed class BatchLoader : IDisposable
{
    private readonly ImageDataset _dataset;
    private readonly ConcurrentBag<BatchBuffer> _free = [];
    private readonly bool _isResident;
    private ResidentImages? _resident;
    private BatchPipeline? _running;
    private long _waitedTicks;
    private bool _disposed;

    /// <exception cref="OcsInputException">An option is out of range; all problems are told.</exception>
    public BatchLoader(ImageDataset dataset, BatchLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        List<string> problems = [.. options.Validate()];
        if (options.DropLast && options.BatchSize > dataset.Count)
        {
            problems.Add(
                $"batch-size is {options.BatchSize}, but {dataset.Name} has only {dataset.Count} images and drop-last is set");
        }

        if (problems.Count > 0)
        {
            throw new OcsInputException(string.Join("; ", problems));
        }

        (_dataset, Options, MemoryFormat) = (dataset, options, options.MemoryFormat);
        int full = dataset.Count / options.BatchSize;
        BatchesPerEpoch = options.DropLast || full * options.BatchSize == dataset.Count ? full : full + 1;
        Samples = options.DropLast ? full * options.BatchSize : dataset.Count;
        _isResident = options.Resident && ResidentImages.Fit(
            dataset.Count, dataset.Channels, dataset.Height, dataset.Width, options.Augmentation.CropPadding);
    }

    public BatchLoaderOptions Options { get; }

    public int BatchesPerEpoch { get; }

    /// <summary>Images that an epoch visits.</summary>
    public int Samples { get; }

    /// <summary>The order of the images in memory; a change holds from the next epoch on.</summary>
    public MemoryFormat MemoryFormat { get; set; }

    /// <summary>Seconds that consumers have waited for batches since the loader was made.</summary>
    public double WaitSeconds => (double)_waitedTicks / Stopwatch.Frequency;

    /// <summary>The batches of an epoch, each to be disposed by the caller.</summary>
    /// <param name="epoch">Determines, with the seed, the order and the augmentation.</param>
    /// <param name="firstBatch">Batches to leave out at the start, for a run that resumes within the epoch.</param>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        return _isResident ? RunOnDevice(epoch, firstBatch) : Run(epoch, firstBatch);
    }

    public void Dispose()
    {
        _disposed = true;
        _running?.Dispose();
        _resident?.Dispose();
        Clear();
    }

    private IEnumerable<Batch> RunOnDevice(int epoch, int firstBatch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        MemoryFormat format = MemoryFormat;
        _resident ??= new(_dataset, Options.Augmentation, Options.Device);
        int[] order = Sampler.Order(_dataset.Count, Options.Seed, epoch, Options.Shuffle);
        using Tensor choices = _resident.Choose(order.AsSpan(0, Samples), Rng.StreamSeed(Options.Seed, "augmentation", epoch));
        for (int index = firstBatch; index < BatchesPerEpoch; index++)
        {
            int first = index * Options.BatchSize;
            yield return new(index, Aten.Narrow(choices, 1, first, Math.Min(Options.BatchSize, Samples - first)), _resident, format);
        }
    }

    private IEnumerable<Batch> Run(int epoch, int firstBatch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_running is not null)
        {
            throw new InvalidOperationException("an epoch of this loader is still running: finish or leave it first");
        }

        _running = new(firstBatch, BatchesPerEpoch, Options.PrefetchDepth, Maker(epoch));
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

    /// <summary>What makes the batches of one epoch, for one thread.</summary>
    private Func<int, Batch> Maker(int epoch)
    {
        int[] order = Sampler.Order(_dataset.Count, Options.Seed, epoch, Options.Shuffle);
        ulong seed = Rng.StreamSeed(Options.Seed, "augmentation", epoch);
        Augmenter augmenter = new(_dataset, Options.Augmentation);
        Rng rng = new(seed);
        MemoryFormat format = MemoryFormat;
        return index =>
        {
            int first = index * Options.BatchSize;
            ReadOnlySpan<int> chosen = order.AsSpan(first, Math.Min(Options.BatchSize, order.Length - first));
            BatchBuffer buffer = Take(chosen.Length, format);
            try
            {
                Span<float> pixels = buffer.Pixels;
                Span<long> labels = buffer.Labels.AsSpan<long>();
                for (int i = 0; i < chosen.Length; i++)
                {
                    Span<float> target = pixels.Slice(i * _dataset.ImageLength, _dataset.ImageLength);
                    rng.Reseed(seed + (ulong)chosen[i]);
                    augmenter.Write(_dataset.Image(chosen[i]), target, format == MemoryFormat.ChannelsLast, rng);
                    labels[i] = _dataset.Labels[chosen[i]];
                }

                return new(index, buffer, Options.Device, GiveBack);
            }
            catch
            {
                buffer.Dispose();
                throw;
            }
        };
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
