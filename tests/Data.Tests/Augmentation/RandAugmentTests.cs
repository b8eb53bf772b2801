using Ocs.Torch;

namespace Ocs.Data.Tests.Augmentation;

[NoTensorLeaks]
public sealed class RandAugmentTests
{
    private const int Size = 12;
    private const int Count = 6;

    private static readonly ImageDataset Images = Noise();

    [Fact]
    public void At_magnitude_0_only_operations_without_a_magnitude_change_an_image()
    {
        // Shears, turns, changes of colours by 0; posterize keeps all bits, solarize inverts 255 alone.
        var plain = Epoch(new(), MemoryFormat.Contiguous);
        var augmented = Epoch(
            new() { RandAugmentOperations = 1, RandAugmentMagnitude = 0 }, MemoryFormat.Contiguous, epochs: 8);
        var same = augmented.Chunk(plain.Length).SelectMany(epoch => epoch.Chunk(3 * Size * Size)
            .Zip(plain.Chunk(3 * Size * Size), (image, before) => image.SequenceEqual(before))).Count(equal => equal);
        Assert.InRange(same, Count * 8 / 2, (Count * 8) - 1);
    }

    [Theory]
    [InlineData(MemoryFormat.Contiguous)]
    [InlineData(MemoryFormat.ChannelsLast)]
    public void Images_are_bytes_again_and_depend_on_seed_epoch_and_image_alone(MemoryFormat format)
    {
        var options = new AugmentationOptions { CropPadding = 1, RandAugmentOperations = 2 };
        var first = Epoch(options, format);
        Assert.Equal(first, Epoch(options, format, workers: 3));
        Assert.NotEqual(first, Epoch(options with { RandAugmentMagnitude = 20 }, format));
        var (mean, deviation) = (Images.Normalization.Mean[0], Images.Normalization.StandardDeviation[0]);
        Assert.All(first, value =>
        {
            var pixel = 255 * ((value * deviation) + mean);
            Assert.Equal(Math.Round(pixel), pixel, 1e-3);
        });
    }

    [Fact]
    public void Both_orders_in_memory_have_the_same_images()
    {
        var options = new AugmentationOptions { RandAugmentOperations = 3, RandAugmentMagnitude = 15 };
        Assert.Equal(Epoch(options, MemoryFormat.Contiguous), Epoch(options, MemoryFormat.ChannelsLast));
    }

    [Fact]
    public void A_repeated_image_is_changed_by_other_numbers_each_time()
    {
        var options = new AugmentationOptions { CropPadding = 4, HorizontalFlip = true, RepeatedAugmentation = 3 };
        using var loader = new BatchLoader(Images, BatchLoaderOptions.Train(Count, options, seed: 1));
        using var batch = Assert.Single(loader.Epoch(0));
        var labels = batch.Labels.ToArray<long>();
        Assert.Equal([labels[0], labels[0], labels[0], labels[3], labels[3], labels[3]], labels);
        Assert.NotEqual(labels[0], labels[3]);
        var images = batch.Images.ToArray<float>().Chunk(3 * Size * Size).ToList();
        Assert.Equal(Count, images.DistinctBy(image => string.Join(' ', image)).Count());
    }

    [Fact]
    public void Images_of_other_channels_and_options_out_of_range_are_refused()
    {
        var image = new ImageDataset("two", [1, 2], [0], 2, 1, 1, ["a"], new([0, 0], [1, 1]));
        var channels = Assert.Throws<OcsInputException>(
            () => new BatchLoader(image, new() { Augmentation = new() { RandAugmentOperations = 2 } }));
        Assert.Equal(
            "`RandAugmentOperations` is for grey and colour images, two has 2 channels", channels.Message);
        var range = Assert.Throws<OcsInputException>(() => new BatchLoader(
            Images, new() { Augmentation = new() { RandAugmentMagnitude = 31, RepeatedAugmentation = 0 } }));
        Assert.Equal(
            "`RandAugmentMagnitude` is 31, it must be within 0..30; "
            + "`RepeatedAugmentation` is 0, it must be within 1..16",
            range.Message);
    }

    private static float[] Epoch(AugmentationOptions options, MemoryFormat format, int epochs = 1, int workers = 1)
    {
        using var loader = new BatchLoader(Images, new()
        {
            BatchSize = Count,
            Augmentation = options,
            MemoryFormat = format,
            Workers = workers,
            Seed = 3,
        });
        List<float> values = [];
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var batch in loader.Epoch(epoch))
            {
                using (batch)
                {
                    values.AddRange(batch.Images.ToArray<float>());
                }
            }
        }

        return [.. values];
    }

    private static ImageDataset Noise()
    {
        var rng = new Rng(7);
        var pixels = new byte[Count * 3 * Size * Size];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)rng.Next(255);
        }

        return new(
            "noise", pixels, [.. Enumerable.Range(0, Count)], 3, Size, Size,
            [.. Enumerable.Range(0, Count).Select(i => $"class {i}")], new([0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f]));
    }
}
