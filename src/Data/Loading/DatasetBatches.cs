using System.Diagnostics;
using Ocs.Torch;

namespace Ocs.Data;

/// <summary>Makes a batch.</summary>
/// <param name="batch">Which batch of the epoch.</param>
/// <param name="chosen">The samples that belong to it.</param>
/// <param name="seed">Of the epoch's augmentation; null if there is none.</param>
/// <param name="workers">Threads to make it with.</param>
internal delegate Batch BatchMaker(int batch, ReadOnlySpan<int> chosen, ulong? seed, int workers);

/// <summary>
/// The batches of a data set whose samples can be taken in any order; the next one is made while a step is taken.
/// </summary>
internal sealed class DatasetBatches : IBatchSource
{
    private readonly IDataset _dataset;
    private readonly BatchLoaderOptions _options;
    private readonly BatchMaker _make;
    private long _waited;

    public DatasetBatches(IDataset dataset, BatchLoaderOptions options, BatchMaker make)
    {
        BatchCount.Require(dataset, options, []);
        (_dataset, _options, _make) = (dataset, options, make);
        (BatchesPerEpoch, SamplesPerEpoch) = BatchCount.Of(dataset.Count, options);
    }

    public int BatchesPerEpoch { get; }

    public int SamplesPerEpoch { get; }

    public double WaitSeconds => (double)_waited / Stopwatch.Frequency;

    public int SamplesOf(int batch) => Math.Min(_options.BatchSize, SamplesPerEpoch - (batch * _options.BatchSize));

    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        return Run(epoch, firstBatch);
    }

    public void Dispose()
    {
        // The samples belong to the data set.
    }

    private IEnumerable<Batch> Run(int epoch, int firstBatch)
    {
        var order = Sampler.Order(_dataset.Count, _options.Seed, epoch, _options.Shuffle);

        // Only what is shuffled is trained on.
        ulong? seed = _options.Shuffle ? Rng.StreamSeed(_options.Seed, "augmentation", epoch) : null;
        var ahead = new Queue<Task<Batch?>>();
        try
        {
            for (var index = firstBatch; index < BatchesPerEpoch || ahead.Count > 0;)
            {
                while (index < BatchesPerEpoch && ahead.Count <= _options.PrefetchDepth)
                {
                    var batch = index++;
                    ahead.Enqueue(Task.Run(() => Make(order, batch, seed)));
                }

                var start = Stopwatch.GetTimestamp();
                var made = ahead.Dequeue().GetAwaiter().GetResult();
                _waited += Stopwatch.GetTimestamp() - start;
                if (made is not null)
                {
                    yield return made;
                }
            }
        }
        finally
        {
            // Who leaves early may release the data set next, so nothing may still read it.
            foreach (var task in ahead)
            {
                task.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
                if (task.IsCompletedSuccessfully)
                {
                    task.Result?.Dispose();
                }
            }
        }
    }

    // Null if this process has no part of it.
    private Batch? Make(int[] order, int index, ulong? seed)
    {
        using var _ = Autograd.NoGrad();
        var samples = order.AsSpan(index * _options.BatchSize, SamplesOf(index));
        var chosen = samples[_options.Shard.Of(samples.Length)];
        if (chosen.IsEmpty)
        {
            return null;
        }

        var made = _make(index, chosen, seed, _options.Workers ?? 1);
        if (_options.Device.Kind == DeviceKind.Cpu)
        {
            return made;
        }

        using (made)
        {
            return new(index, Moved(made.Inputs), Moved(made.Targets));
        }
    }

    private Tensor[] Moved(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(tensor => tensor.To(_options.Device))];
}
