using Ocs.Torch;

namespace Ocs.Data;

/// <summary>
/// Batches whose images are mixed with each other, or erased in part. The second target holds the mixed probabilities
/// of the classes, [N, K]. Image i is mixed with image N - 1 - i.
/// </summary>
/// <remarks>
/// mixup: Zhang et al. 2018, arXiv 1710.09412. CutMix: Yun et al. 2019, arXiv 1905.04899, Alg. A1. Random erasing:
/// Zhong et al. 2020, arXiv 1708.04896, with 0 after normalization. One weight is drawn for a batch, so that all
/// processes of a run have the same; all depends on the seed, the epoch and the batch alone.
/// </remarks>
/// <param name="source">The original batches; owned.</param>
/// <param name="options">How they were opened.</param>
/// <param name="classes">K.</param>
internal sealed class MixedBatches(IBatchSource source, BatchLoaderOptions options, int classes) : IBatchSource
{
    // Of the papers' programs: areas and shapes of what is erased, and tries to fit it.
    private const double SmallestErased = 0.02;
    private const double LargestErased = 1.0 / 3;
    private const double NarrowestErased = 0.3;
    private const int Tries = 10;

    private readonly Tensor _oneHot = OneHot(classes, options.Device);

    public int BatchesPerEpoch => source.BatchesPerEpoch;

    public int SamplesPerEpoch => source.SamplesPerEpoch;

    public double WaitSeconds => source.WaitSeconds;

    public int SamplesOf(int batch) => source.SamplesOf(batch);

    public void Prefer(MemoryFormat format) => source.Prefer(format);

    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        foreach (var batch in source.Epoch(epoch, firstBatch))
        {
            using (batch)
            {
                yield return Mixed(batch, epoch);
            }
        }
    }

    public void Dispose()
    {
        _oneHot.Dispose();
        source.Dispose();
    }

    private Batch Mixed(Batch batch, int epoch)
    {
        using var _ = Autograd.NoGrad();
        var draw = ((long)epoch << 32) | (uint)batch.Index;
        using var erased = options.Augmentation.RandomErasing > 0 ? Erased(batch, draw) : batch.Images.Alias();
        var (images, weight) = Mix(erased, Rng.ForStream(options.Seed, "mixing", draw));
        using var labels = Aten.Embedding(_oneHot, batch.Labels);
        using var partners = Aten.Flip(labels, [0]);
        using var own = Aten.Mul(labels, weight);
        using var other = Aten.Mul(partners, 1 - weight);
        return new(batch.Index, [images], [batch.Labels.Alias(), Aten.Add(own, other)]);
    }

    private (Tensor Images, double Weight) Mix(Tensor images, Rng rng)
    {
        var (mixup, cutmix) = (options.Augmentation.MixupAlpha, options.Augmentation.CutmixAlpha);
        var isCutmix = cutmix > 0 && (mixup == 0 || rng.NextBool());
        if (!isCutmix && mixup == 0)
        {
            return (images.Alias(), 1);
        }

        var weight = BetaDistribution.Draw(isCutmix ? cutmix : mixup, rng);
        using var partners = Aten.Flip(images, [0]);
        if (!isCutmix)
        {
            using var own = Aten.Mul(images, weight);
            using var other = Aten.Mul(partners, 1 - weight);
            return (Aten.Add(own, other), weight);
        }

        var (height, width) = ((int)images.Shape[2], (int)images.Shape[3]);
        var side = Math.Sqrt(1 - weight);
        var (tall, wide) = ((int)(height * side), (int)(width * side));
        var (y, x) = (rng.Next(height), rng.Next(width));
        var (top, bottom) = (Math.Max(y - (tall / 2), 0), Math.Min(y + (tall / 2), height));
        var (left, right) = (Math.Max(x - (wide / 2), 0), Math.Min(x + (wide / 2), width));
        using var inside = Mask(1, height, width, mask => Fill(mask, width, top, bottom, left, right, 1f));
        using var isInside = inside.To(DType.Bool);
        return (
            Aten.Where(isInside, partners, images),
            1 - ((double)(bottom - top) * (right - left) / (height * width)));
    }

    private Tensor Erased(Batch batch, long draw)
    {
        var (height, width) = ((int)batch.Images.Shape[2], (int)batch.Images.Shape[3]);
        var first = options.Shard.Of(SamplesOf(batch.Index)).Start.Value;
        using var kept = Mask(batch.Count, height, width, mask =>
        {
            mask.Fill(1);
            for (var i = 0; i < batch.Count; i++)
            {
                var image = mask.Slice(i * height * width, height * width);
                Erase(image, height, width, new(Rng.StreamSeed(options.Seed, "erasing", draw) + (ulong)(first + i)));
            }
        });
        return Aten.Mul(batch.Images, kept);
    }

    private void Erase(Span<float> mask, int height, int width, Rng rng)
    {
        if (rng.NextDouble() >= options.Augmentation.RandomErasing)
        {
            return;
        }

        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var area = height * width * (SmallestErased + ((LargestErased - SmallestErased) * rng.NextDouble()));
            var shape = Math.Exp(Math.Log(NarrowestErased) * (1 - (2 * rng.NextDouble())));
            var (tall, wide) = ((int)Math.Round(Math.Sqrt(area * shape)), (int)Math.Round(Math.Sqrt(area / shape)));
            if (tall < height && wide < width)
            {
                var (top, left) = (rng.Next(height - tall + 1), rng.Next(width - wide + 1));
                Fill(mask, width, top, top + tall, left, left + wide, 0);
                return;
            }
        }
    }

    private static void Fill(Span<float> mask, int width, int top, int bottom, int left, int right, float value)
    {
        for (var y = top; y < bottom; y++)
        {
            mask.Slice((y * width) + left, right - left).Fill(value);
        }
    }

    private Tensor Mask(int count, int height, int width, SpanAction fill)
    {
        using var mask = Tensor.Zeros([count, 1, height, width]);
        fill(mask.AsSpan<float>());
        return mask.To(options.Device);
    }

    private static Tensor OneHot(int classes, Device device)
    {
        using var table = Tensor.Zeros([classes, classes]);
        var values = table.AsSpan<float>();
        for (var label = 0; label < classes; label++)
        {
            values[(label * classes) + label] = 1;
        }

        return table.To(device);
    }

    private delegate void SpanAction(Span<float> values);
}
