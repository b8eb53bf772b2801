using System.Diagnostics;
using Ocs.Torch;

namespace Ocs.Data.Tests.Loading;

[NoTensorLeaks]
public sealed class BatchLoaderTests
{
    // Image i of 2x2x2 has the pixels 8i..8i+7 and the label i.
    private static readonly ImageDataset Dataset = new(
        "hand-made",
        [.. Enumerable.Range(0, 10 * 8).Select(i => (byte)i)],
        [.. Enumerable.Range(0, 10)],
        2,
        2,
        2,
        [.. Enumerable.Range(0, 10).Select(i => $"class {i}")],
        new([0, 0], [1f / 255, 1f / 255]));

    [Theory]
    [InlineData(MemoryFormat.Contiguous)]
    [InlineData(MemoryFormat.ChannelsLast)]
    public void A_batch_has_images_and_labels_in_the_wanted_memory_order(MemoryFormat format)
    {
        using var loader = new BatchLoader(Dataset, new() { BatchSize = 4, MemoryFormat = format });
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                Assert.Equal([batch.Count, 2, 2, 2], batch.Images.Shape.ToArray());
                Assert.True(batch.Images.IsContiguous(format));
                Assert.Equal(DType.Float32, batch.Images.DType);
                Assert.Equal(DType.Int64, batch.Labels.DType);
                var first = batch.Index * 4;
                Assert.Equal(Enumerable.Range(first, batch.Count).Select(i => (long)i), batch.Labels.ToArray<long>());
                Assert.Equal(
                    Enumerable.Range(first * 8, batch.Count * 8).Select(i => (float)i),
                    batch.Images.ToArray<float>().Select(value => MathF.Round(value, 3)));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void The_parts_of_several_processes_are_the_batches_of_one_augmentation_included(int processes)
    {
        var options = new BatchLoaderOptions
        {
            BatchSize = 4,
            Shuffle = true,
            Seed = 5,
            Augmentation = new() { CropPadding = 1, HorizontalFlip = true },
        };
        var whole = Parts(options, epoch: 2);
        var parts = Enumerable.Range(0, processes)
            .Select(rank => Parts(options with { Shard = new(rank, processes) }, epoch: 2)).ToList();

        for (var batch = 0; batch < whole.Count; batch++)
        {
            var ofBatch = parts.Where(part => batch < part.Count).Select(part => part[batch]).ToList();
            Assert.Equal(whole[batch].Labels, ofBatch.SelectMany(part => part.Labels));
            Assert.Equal(whole[batch].Pixels, ofBatch.SelectMany(part => part.Pixels));
            Assert.InRange(ofBatch.Max(part => part.Labels.Length) - ofBatch.Min(part => part.Labels.Length), 0, 1);
        }
    }

    private static List<(long[] Labels, float[] Pixels)> Parts(BatchLoaderOptions options, int epoch)
    {
        using var loader = new BatchLoader(Dataset, options);
        Assert.Equal((3, 2), (loader.BatchesPerEpoch, loader.SamplesOf(2)));
        List<(long[] Labels, float[] Pixels)> parts = [];
        foreach (var batch in loader.Epoch(epoch))
        {
            using (batch)
            {
                parts.Add((batch.Labels.ToArray<long>(), batch.Images.ToArray<float>()));
            }
        }

        return parts;
    }

    [Theory]
    [InlineData(false, 3, 10, 2)]
    [InlineData(true, 2, 8, 4)]
    public void Every_image_comes_exactly_once_an_epoch(bool dropLast, int batches, int samples, int lastCount)
    {
        using var loader = new BatchLoader(Dataset, new() { BatchSize = 4, Shuffle = true, DropLast = dropLast });
        Assert.Equal((batches, samples), (loader.BatchesPerEpoch, loader.SamplesPerEpoch));
        List<long> labels = [];
        List<int> counts = [];
        foreach (var batch in loader.Epoch(5))
        {
            using (batch)
            {
                labels.AddRange(batch.Labels.ToArray<long>());
                counts.Add(batch.Count);
            }
        }

        Assert.Equal(samples, labels.Distinct().Count());
        Assert.Equal(samples, labels.Count);
        Assert.Equal((batches, lastCount), (counts.Count, counts[^1]));
    }

    [Theory]
    [InlineData(1, MemoryFormat.Contiguous)]
    [InlineData(3, MemoryFormat.ChannelsLast)]
    [InlineData(64, MemoryFormat.Contiguous)]
    public void Prefetching_changes_nothing_but_the_time(int depth, MemoryFormat format)
    {
        var train = BatchLoaderOptions.Train(3, new() { CropPadding = 1, HorizontalFlip = true }, seed: 7);
        var options = train with { PrefetchDepth = 0 };
        using var plain = new BatchLoader(Dataset, options);
        using var ahead = new BatchLoader(Dataset, options with { PrefetchDepth = depth, MemoryFormat = format });
        for (var epoch = 0; epoch < 3; epoch++)
        {
            Assert.Equal(Contents(plain.Epoch(epoch)), Contents(ahead.Epoch(epoch)));
        }
    }

    [Fact]
    public void Epochs_differ_and_an_epoch_repeats_without_those_before_it()
    {
        var options = BatchLoaderOptions.Train(5, new() { CropPadding = 1 }, seed: 7);
        using var loader = new BatchLoader(Dataset, options);
        var first = Contents(loader.Epoch(0));
        var second = Contents(loader.Epoch(1));
        Assert.NotEqual(first, second);
        using var again = new BatchLoader(Dataset, options);
        Assert.Equal(second, Contents(again.Epoch(1)));
        using var other = new BatchLoader(Dataset, options with { Seed = 8 });
        Assert.NotEqual(first, Contents(other.Epoch(0)));
    }

    [Fact]
    public void An_epoch_can_start_in_the_middle()
    {
        using var loader = new BatchLoader(Dataset, BatchLoaderOptions.Train(3, new() { CropPadding = 1 }, seed: 7));
        var whole = Contents(loader.Epoch(2));
        var rest = Contents(loader.Epoch(2, firstBatch: 2));
        Assert.Equal(whole[(2 * 3 * 9)..], rest);
    }

    [Fact]
    public void Leaving_an_epoch_early_leaves_no_tensor_and_no_thread()
    {
        using var loader = new BatchLoader(Dataset, new() { BatchSize = 1, PrefetchDepth = 2 });
        var before = TorchRuntime.LiveTensors;
        foreach (var batch in loader.Epoch(0))
        {
            batch.Dispose();
            break;
        }

        Assert.Equal(before, TorchRuntime.LiveTensors);
        Assert.Equal(90, Contents(loader.Epoch(0)).Length);
    }

    [Fact]
    public void A_batch_outlives_the_loader_that_made_it()
    {
        Batch kept;
        using (var loader = new BatchLoader(Dataset, new() { BatchSize = 4 }))
        {
            kept = loader.Epoch(0).First();
        }

        Assert.Equal([0, 1, 2, 3], kept.Labels.ToArray<long>());
        kept.Dispose();
        kept.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kept.Images);
    }

    [Fact]
    public void Batches_that_are_kept_do_not_stop_the_epoch()
    {
        using var loader = new BatchLoader(Dataset, new() { BatchSize = 1, PrefetchDepth = 1 });
        List<Batch> all = [.. loader.Epoch(0)];
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), all.Select(batch => batch.Labels.Item<long>()));
        all.ForEach(batch => batch.Dispose());
    }

    [Fact]
    public void Two_epochs_at_once_are_refused()
    {
        using var loader = new BatchLoader(Dataset, new() { BatchSize = 4 });
        using var running = loader.Epoch(0).GetEnumerator();
        Assert.True(running.MoveNext());
        running.Current.Dispose();
        Assert.Throws<InvalidOperationException>(() => loader.Epoch(1).First());
    }

    [Fact]
    public void Disposing_the_loader_ends_a_running_epoch()
    {
        var loader = new BatchLoader(Dataset, new() { BatchSize = 1, PrefetchDepth = 2 });
        var running = loader.Epoch(0).GetEnumerator();
        Assert.True(running.MoveNext());
        loader.Dispose();
        running.Current.Dispose();
        Assert.Throws<ObjectDisposedException>(() => running.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => loader.Epoch(1).First());
    }

    [Fact]
    public void The_time_spent_waiting_is_counted()
    {
        using var loader = new BatchLoader(Dataset, new() { BatchSize = 1, PrefetchDepth = 0 });
        var watch = Stopwatch.StartNew();
        Contents(loader.Epoch(0));
        Assert.InRange(loader.WaitSeconds, 1e-7, watch.Elapsed.TotalSeconds);
    }

    [Fact]
    public void Options_out_of_range_are_all_told()
    {
        var error = Assert.Throws<OcsInputException>(() => new BatchLoader(Dataset, new()
        {
            BatchSize = 0,
            PrefetchDepth = -1,
            MemoryFormat = MemoryFormat.Preserve,
            Workers = 0,
            Augmentation = new() { CropPadding = -1, MinCropArea = 2 },
        }));
        Assert.Equal(7, error.Message.Split("; ").Length);
        Assert.Contains(
            "has only 10 samples",
            Assert.Throws<OcsInputException>(
                () => new BatchLoader(Dataset, new() { BatchSize = 11, DropLast = true })).Message);
    }

    /// <summary>Images and labels of all batches, one after another.</summary>
    private static float[] Contents(IEnumerable<Batch> batches)
    {
        List<float> contents = [];
        foreach (var batch in batches)
        {
            using (batch)
            {
                contents.AddRange(batch.Images.ToArray<float>());
                contents.AddRange(batch.Labels.ToArray<long>().Select(label => (float)label));
            }
        }

        return [.. contents];
    }
}
