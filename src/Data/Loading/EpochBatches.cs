using Ocs.Torch;

namespace Ocs.Data;

/// <summary>The batches of one epoch: which images, in which order, with which random numbers.</summary>
/// <param name="dataset">Where the images are from.</param>
/// <param name="options">Size of batches, order, augmentation.</param>
/// <param name="epoch">Which epoch.</param>
/// <param name="take">Gives memory for so many images.</param>
/// <param name="giveBack">Takes it back.</param>
internal sealed class EpochBatches(
    LabelledImages dataset, BatchLoaderOptions options, int epoch, Func<int, BatchBuffer> take,
    Action<BatchBuffer> giveBack) : IBatchPlan
{
    private readonly LabelledImages _dataset = dataset;
    private readonly int[] _order = Sampler.Order(
        dataset.Count, options.Seed, epoch, options.Shuffle, options.Augmentation.RepeatedAugmentation);

    private readonly ulong _seed = Rng.StreamSeed(options.Seed, "augmentation", epoch);

    public PendingBatch Begin(int index) => new(index, take(Chosen(index).Length));

    public IBatchFiller CreateFiller() => new Filler(this, options.Augmentation);

    public Batch Finish(PendingBatch batch)
    {
        int kept = Close(batch);
        return kept > 0 || batch.Buffer.Count == 0
            ? new(batch.Index, batch.Buffer, kept, options.Device, giveBack)
            : throw new OcsInputException(
                $"Not one of the {batch.Buffer.Count} images of a batch of {_dataset.Name} can be read: "
                + "look whether its disk is there, and `ImageFolder.Check` names the broken ones");
    }

    private ReadOnlySpan<int> Chosen(int batch)
    {
        (int first, int count) = Places(batch);
        return _order.AsSpan(first, count);
    }

    // Which places of the order this process's part of a batch has.
    private (int First, int Count) Places(int batch)
    {
        int first = batch * options.BatchSize;
        int all = Math.Min(options.BatchSize, _order.Length - first);
        (int start, int count) = options.Shard.Of(all).GetOffsetAndLength(all);
        return (first + start, count);
    }

    // Of the random numbers for an image; a repeated image has others at each of its places.
    private ulong SeedOf(int batch, int slot, int image)
    {
        int repeat = (Places(batch).First + slot) % options.Augmentation.RepeatedAugmentation;
        return _seed + (ulong)image + ((ulong)repeat * (ulong)_dataset.Count);
    }

    // Moves images up over those that were left out; returns how many there are.
    private int Close(PendingBatch batch)
    {
        int length = _dataset.ImageLength;
        int kept = 0;
        for (int slot = 0; slot < batch.Skipped.Length; slot++)
        {
            if (batch.Skipped[slot])
            {
                continue;
            }

            if (kept < slot)
            {
                Span<float> pixels = batch.Buffer.Pixels;
                Span<long> labels = batch.Buffer.Labels.AsSpan<long>();
                pixels.Slice(slot * length, length).CopyTo(pixels[(kept * length)..]);
                labels[kept] = labels[slot];
            }

            kept++;
        }

        return kept;
    }

    private sealed class Filler(EpochBatches plan, AugmentationOptions augmentation) : IBatchFiller
    {
        private readonly IImageWriter _writer = plan._dataset.AugmentingWriter(augmentation);
        private readonly Rng _rng = new(0);

        public void Fill(PendingBatch batch, int slot)
        {
            int image = plan.Chosen(batch.Index)[slot];
            int length = plan._dataset.ImageLength;
            _rng.Reseed(plan.SeedOf(batch.Index, slot, image));
            batch.Skipped[slot] = !_writer.Write(
                image,
                batch.Buffer.Pixels.Slice(slot * length, length),
                batch.Buffer.Format == MemoryFormat.ChannelsLast,
                _rng);
            batch.Buffer.Labels.AsSpan<long>()[slot] = plan._dataset.Labels[image];
        }

        public void Dispose() => _writer.Dispose();
    }
}
