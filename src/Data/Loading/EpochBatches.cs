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
    private readonly int[] _order = Sampler.Order(dataset.Count, options.Seed, epoch, options.Shuffle);
    private readonly ulong _seed = Rng.StreamSeed(options.Seed, "augmentation", epoch);

    public PendingBatch Begin(int index) => new(index, take(Chosen(index).Length));

    public IBatchFiller CreateFiller() => new Filler(this, _dataset.CreateWriter(options.Augmentation));

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
        int first = batch * options.BatchSize;
        ReadOnlySpan<int> images = _order.AsSpan(first, Math.Min(options.BatchSize, _order.Length - first));
        return images[options.Shard.Of(images.Length)];
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

    private sealed class Filler(EpochBatches plan, IImageWriter writer) : IBatchFiller
    {
        private readonly Rng _rng = new(0);

        public void Fill(PendingBatch batch, int slot)
        {
            int image = plan.Chosen(batch.Index)[slot];
            int length = plan._dataset.ImageLength;
            _rng.Reseed(plan._seed + (ulong)image);
            batch.Skipped[slot] = !writer.Write(
                image,
                batch.Buffer.Pixels.Slice(slot * length, length),
                batch.Buffer.Format == MemoryFormat.ChannelsLast,
                _rng);
            batch.Buffer.Labels.AsSpan<long>()[slot] = plan._dataset.Labels[image];
        }

        public void Dispose() => writer.Dispose();
    }
}
