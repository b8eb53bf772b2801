using Ocs.Torch;

namespace Ocs.Data.Tests.Loading;

/// <summary>Augmentation by tensor operations: the same numbers as on the host, to the last bit.</summary>
[NoTensorLeaks]
public sealed class ResidentImagesTests
{
    [Theory]
    [InlineData(1, 0, false, MemoryFormat.Contiguous)]
    [InlineData(1, 2, true, MemoryFormat.ChannelsLast)]
    [InlineData(3, 0, true, MemoryFormat.Contiguous)]
    [InlineData(3, 1, false, MemoryFormat.ChannelsLast)]
    [InlineData(3, 4, true, MemoryFormat.Contiguous)]
    [InlineData(3, 4, true, MemoryFormat.ChannelsLast)]
    public void Batches_made_on_the_device_are_those_of_the_host(
        int channels, int padding, bool flip, MemoryFormat format)
    {
        var dataset = Dataset(channels);
        var train = BatchLoaderOptions.Train(6, new() { CropPadding = padding, HorizontalFlip = flip }, seed: 5);
        var options = train with { MemoryFormat = format };
        using var host = new BatchLoader(dataset, options);
        using var device = new BatchLoader(dataset, options with { Resident = true });
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var batches = 0;
            foreach (var (expected, actual) in host.Epoch(epoch, firstBatch: 1).Zip(
                device.Epoch(epoch, firstBatch: 1)))
            {
                using (expected)
                using (actual)
                {
                    Assert.Equal((expected.Index, expected.Count), (actual.Index, actual.Count));
                    Assert.Equal(expected.Images.Shape.ToArray(), actual.Images.Shape.ToArray());
                    Assert.True(actual.Images.IsContiguous(format));
                    Assert.Equal(expected.Images.ToArray<float>(), actual.Images.ToArray<float>());
                    Assert.Equal(expected.Labels.ToArray<long>(), actual.Labels.ToArray<long>());
                    batches++;
                }
            }

            Assert.Equal(3, batches);
        }
    }

    [CudaFact]
    public void A_CUDA_device_makes_the_numbers_of_the_host()
    {
        var train = BatchLoaderOptions.Train(6, AugmentationOptions.CifarTrain, seed: 5);
        var options = train with { MemoryFormat = MemoryFormat.ChannelsLast };
        using var host = new BatchLoader(Dataset(3), options);
        using var device = new BatchLoader(Dataset(3), options with { Device = Device.Cuda(), Resident = true });
        using var expected = host.Epoch(1).First();
        using var actual = device.Epoch(1).First();
        Assert.Equal(Device.Cuda(), actual.Images.Device);
        Assert.Equal(expected.Images.ToArray<float>(), actual.Images.ToArray<float>());
        Assert.Equal(expected.Labels.ToArray<long>(), actual.Labels.ToArray<long>());
    }

    [Fact]
    public void A_change_of_the_memory_order_holds_from_the_next_epoch_on()
    {
        BatchLoaderOptions options =
            BatchLoaderOptions.Train(6, new() { CropPadding = 1 }, seed: 5) with { Resident = true };
        using var loader = new BatchLoader(Dataset(3), options);
        var before = FirstBatch(loader, MemoryFormat.Contiguous);
        loader.Prefer(MemoryFormat.ChannelsLast);
        Assert.Equal(before, FirstBatch(loader, MemoryFormat.ChannelsLast));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_slot_gives_each_batch_that_is_copied_in_from_the_same_memory(bool resident)
    {
        var train = BatchLoaderOptions.Train(5, new() { CropPadding = 2, HorizontalFlip = true }, seed: 9);
        var options = train with { Resident = resident, MemoryFormat = MemoryFormat.ChannelsLast };
        using var loader = new BatchLoader(Dataset(3), options);
        BatchSlot? slot = null;
        foreach (var batch in loader.Epoch(0).Take(4))
        {
            using (batch)
            {
                slot ??= new(batch);
                slot.Load(batch);
                using var read = slot.Read();
                Assert.Equal(batch.Images.ToArray<float>(), read.Images.ToArray<float>());
                Assert.Equal(batch.Labels.ToArray<long>(), read.Labels.ToArray<long>());
                Assert.True(read.Images.IsContiguous(MemoryFormat.ChannelsLast));
            }
        }

        Assert.Equal(5, slot!.Count);
        slot.Dispose();
    }

    [Theory]
    [InlineData(50_000, 3, 32, 4, true)] // CIFAR: 240 MB
    [InlineData(100_000, 3, 64, 8, false)] // Tiny-ImageNet: 1.9 GB
    [InlineData(87_381, 3, 64, 0, true)] // 2^30 bytes, as near as whole images come
    [InlineData(87_382, 3, 64, 0, false)]
    public void A_data_set_of_more_than_a_gibibyte_stays_on_the_host(
        int images, int channels, int size, int padding, bool fits) =>
        Assert.Equal(fits, ResidentImages.Fit(images, channels, size, size, padding));

    private static float[] FirstBatch(BatchLoader loader, MemoryFormat format)
    {
        using var batch = loader.Epoch(1).First();
        Assert.True(batch.Images.IsContiguous(format));
        return batch.Images.ToArray<float>();
    }

    // 20 images of noise, 7 high and 5 wide.
    private static ImageDataset Dataset(int channels)
    {
        var rng = new Rng(1);
        float[] mean = [0.3f, 0.5f, 0.7f];
        float[] deviation = [0.21f, 0.17f, 0.4f];
        return new(
            "noise",
            [.. Enumerable.Range(0, 20 * channels * 7 * 5).Select(_ => (byte)rng.Next(256))],
            [.. Enumerable.Range(0, 20).Select(i => i % 3)],
            channels,
            7,
            5,
            ["a", "b", "c"],
            new([.. mean[..channels]], [.. deviation[..channels]]));
    }
}
