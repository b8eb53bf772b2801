namespace Ocs.Data.Tests.Augmentation;

[NoTensorLeaks]
public sealed class MixedBatchesTests
{
    private const int Size = 16;
    private const int Count = 12;
    private const int Classes = 3;
    private const int Pixels = Size * Size;

    private static readonly ImageDataset Images = Noise();

    [Fact]
    public void Mixup_mixes_images_and_classes_with_the_same_weight()
    {
        var weights = new HashSet<double>();
        foreach (var (plain, mixed) in Pairs(new() { MixupAlpha = 1 }))
        {
            var weight = WeightOf(mixed, plain);
            weights.Add(weight);
            for (var i = 0; i < plain.Count; i++)
            {
                var partner = plain.Count - 1 - i;
                for (var pixel = 0; pixel < Pixels; pixel++)
                {
                    var (own, other) = (plain.Images[(i * Pixels) + pixel], plain.Images[(partner * Pixels) + pixel]);
                    Assert.Equal((weight * own) + ((1 - weight) * other), mixed.Images[(i * Pixels) + pixel], 1e-4);
                }
            }
        }

        Assert.True(weights.Count > 5);
    }

    [Fact]
    public void Cutmix_takes_a_rectangle_and_its_share_of_the_class()
    {
        var seen = 0;
        foreach (var (plain, mixed) in Pairs(new() { CutmixAlpha = 1 }))
        {
            var weight = WeightOf(mixed, plain);
            for (var i = 0; i < plain.Count / 2; i++)
            {
                var partner = plain.Count - 1 - i;
                var taken = Enumerable.Range(0, Pixels)
                    .Where(pixel => mixed.Images[(i * Pixels) + pixel] != plain.Images[(i * Pixels) + pixel]).ToList();
                Assert.All(taken, pixel => Assert.Equal(
                    plain.Images[(partner * Pixels) + pixel], mixed.Images[(i * Pixels) + pixel]));

                // Noise of 256 values: a pixel may be the same in both.
                Assert.Equal(1 - weight, (double)taken.Count / Pixels, 0.04);
                seen += taken.Count;
            }
        }

        Assert.True(seen > 0);
    }

    [Fact]
    public void Erasing_takes_a_rectangle_of_as_many_images_as_it_is_to()
    {
        var (erased, all) = (0, 0);
        foreach (var (plain, mixed) in Pairs(new() { RandomErasing = 0.5 }, epochs: 40))
        {
            Assert.Equal(1, WeightOf(mixed, plain), 1e-6);
            for (var i = 0; i < plain.Count; i++, all++)
            {
                var gone = Enumerable.Range(0, Pixels).Count(pixel => mixed.Images[(i * Pixels) + pixel] == 0);
                Assert.All(Enumerable.Range(0, Pixels), pixel => Assert.True(
                    mixed.Images[(i * Pixels) + pixel] == 0
                    || mixed.Images[(i * Pixels) + pixel] == plain.Images[(i * Pixels) + pixel]));
                erased += gone > 0 ? 1 : 0;

                // Areas of 2 to 33 %, and half a pixel of each side.
                Assert.InRange(gone, 0, 0.4 * Pixels);
            }
        }

        Assert.InRange((double)erased / all, 0.42, 0.58);
    }

    [Fact]
    public void A_run_that_goes_on_has_the_same_batches_and_processes_have_the_same_weight()
    {
        var options = Options(new() { MixupAlpha = 0.4, CutmixAlpha = 1, RandomErasing = 0.3 });
        var whole = Read(options, epoch: 3);
        var rest = Read(options, epoch: 3, firstBatch: 2);
        Assert.Equal(whole.Skip(2).Select(batch => batch.Images), rest.Select(batch => batch.Images));
        Assert.NotEqual(whole[0].Images, Read(options, epoch: 4)[0].Images);

        var parts = Enumerable.Range(0, 2)
            .Select(rank => Read(options with { Shard = new(rank, 2) }, epoch: 3)).ToList();
        var plain = Enumerable.Range(0, 2).Select(rank => Read(
            options with { Shard = new(rank, 2), Augmentation = new() }, epoch: 3)).ToList();
        for (var batch = 0; batch < whole.Count; batch++)
        {
            Assert.Equal(
                WeightOf(parts[0][batch], plain[0][batch]), WeightOf(parts[1][batch], plain[1][batch]), 1e-5);
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(4)]
    public void The_weights_have_the_mean_and_the_variance_of_the_beta_distribution(double alpha)
    {
        var rng = new Rng(7);
        double[] draws = [.. Enumerable.Range(0, 20_000).Select(_ => BetaDistribution.Draw(alpha, rng))];
        Assert.All(draws, draw => Assert.InRange(draw, 0, 1));
        Assert.Equal(0.5, draws.Average(), 0.012);
        Assert.Equal(1 / (4 * ((2 * alpha) + 1)), draws.Average(draw => (draw - 0.5) * (draw - 0.5)), 0.004);
    }

    private static IEnumerable<(Values Plain, Values Mixed)> Pairs(AugmentationOptions augmentation, int epochs = 4)
    {
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var pair in Read(Options(new()), epoch).Zip(Read(Options(augmentation), epoch)))
            {
                yield return pair;
            }
        }
    }

    private static BatchLoaderOptions Options(AugmentationOptions augmentation) =>
        BatchLoaderOptions.Train(4, augmentation, seed: 5) with { DropLast = true };

    private static List<Values> Read(BatchLoaderOptions options, int epoch, int firstBatch = 0)
    {
        using var source = options.Augmentation.ChangesBatches
            ? new MixedBatches(Images.Open(options), options, Classes)
            : Images.Open(options);
        var values = new List<Values>();
        foreach (var batch in source.Epoch(epoch, firstBatch))
        {
            using (batch)
            {
                values.Add(new(
                    batch.Count, batch.Images.ToArray<float>(), batch.Labels.ToArray<long>(),
                    batch.Targets.Count > 1 ? batch.Targets[1].ToArray<float>() : null));
            }
        }

        return values;
    }

    // What the classes say of the weight, checked for every image; 1 where partners have the same class.
    private static double WeightOf(Values mixed, Values plain)
    {
        Assert.Equal(plain.Labels, mixed.Labels);
        double? weight = null;
        for (var i = 0; i < plain.Count; i++)
        {
            var row = mixed.Probabilities!.AsSpan(i * Classes, Classes).ToArray();
            var (own, other) = (plain.Labels[i], plain.Labels[plain.Count - 1 - i]);
            Assert.Equal(1, row.Sum(), 1e-5);
            if (own != other)
            {
                weight ??= row[own];
                Assert.Equal(weight.Value, row[own], 1e-5);
                Assert.Equal(1 - weight.Value, row[other], 1e-5);
            }
        }

        return weight ?? 1;
    }

    // Partners have different classes, whatever the order, only by chance; so most batches tell the weight.
    private static ImageDataset Noise()
    {
        var rng = new Rng(3);
        byte[] pixels = [.. Enumerable.Range(0, Count * Pixels).Select(_ => (byte)rng.Next(256))];
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => i % Classes)];
        return new("noise", pixels, [.. labels], 1, Size, Size, ["a", "b", "c"], new([0.001f], [1]));
    }

    private sealed record Values(int Count, float[] Images, long[] Labels, float[]? Probabilities);
}
