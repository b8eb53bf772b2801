using System.Collections.Immutable;
using Ocs.Torch;

namespace Ocs.Data.Tests.Loading;

[NoTensorLeaks]
public sealed class OwnDatasetTests
{
    [Fact]
    public void Rows_of_tensors_come_once_an_epoch_in_an_order_of_the_seed_and_together_with_their_targets()
    {
        using var data = Numbers(10);
        using var source = data.Open(new() { BatchSize = 4, Shuffle = true, Seed = 5 });
        var (first, again, next) = (Read(source, 0), Read(source, 0), Read(source, 1));

        Assert.Equal((3, 10), (source.BatchesPerEpoch, source.SamplesPerEpoch));
        Assert.Equal([4, 4, 2], first.Select(batch => batch.Length));
        Assert.Equal(first.SelectMany(row => row), again.SelectMany(row => row));
        Assert.NotEqual(first.SelectMany(row => row), next.SelectMany(row => row));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (float)i), first.SelectMany(row => row).Order());
    }

    [Fact]
    public void An_epoch_can_be_entered_at_any_batch_and_left_early()
    {
        using var data = Numbers(10);
        using var source = data.Open(new() { BatchSize = 3, Shuffle = true, DropLast = true });
        Assert.Equal(
            Read(source, 4).Skip(2).SelectMany(row => row), Read(source, 4, firstBatch: 2).SelectMany(row => row));
        source.Epoch(0).First().Dispose();
        Assert.Equal(9, source.SamplesPerEpoch);
    }

    [Fact]
    public void Processes_share_each_batch()
    {
        using var data = Numbers(10);
        var whole = Rows(data, Shard.Whole);
        var (left, right) = (Rows(data, new(0, 2)), Rows(data, new(1, 2)));
        Assert.Equal(whole, left.Zip(right, (a, b) => a.Concat(b).ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Samples_that_are_made_one_by_one_depend_on_seed_epoch_and_index_alone(int workers)
    {
        var data = new Noisy();
        using var alone = data.Open(new() { BatchSize = 4, Shuffle = true, Seed = 1, PrefetchDepth = 0 });
        using var ahead = data.Open(
            new() { BatchSize = 4, Shuffle = true, Seed = 1, PrefetchDepth = 3, Workers = workers });
        Assert.Equal(Read(alone, 2).SelectMany(row => row), Read(ahead, 2).SelectMany(row => row));
        Assert.NotEqual(Read(alone, 2).SelectMany(row => row).Order(), Read(alone, 3).SelectMany(row => row).Order());
        using var measured = data.Open(new() { BatchSize = 4 });
        Assert.Equal([0, 1, 2, 3, 4, 5], Read(measured, 0).SelectMany(row => row));
    }

    [Fact]
    public void A_sample_that_cannot_be_made_ends_the_epoch_with_its_sentence()
    {
        using var source = new Noisy { Broken = 3 }.Open(new() { BatchSize = 6 });
        Assert.Equal("Sample 3 is broken.", Assert.Throws<OcsInputException>(() => source.Epoch(0).First()).Message);
    }

    [Fact]
    public void Tensors_of_different_lengths_are_no_data_set()
    {
        using var four = Tensor.Zeros([4, 2]);
        using var five = Tensor.Zeros([5]);
        Assert.Equal(
            "The data set pairs needs at least one input, and as many rows in every tensor; it was given [4, 2], [5].",
            Assert.Throws<OcsInputException>(() => new TensorDataset("pairs", [four], [five])).Message);
    }

    private static TensorDataset Numbers(int count) => new(
        "numbers",
        [Tensor.FromArray<float>([.. Enumerable.Range(0, count)], [count, 1]), Tensor.Zeros([count, 2, 2])],
        [Tensor.FromArray<float>([.. Enumerable.Range(0, count).Select(i => 10f * i)], [count])]);

    private static List<float[]> Rows(TensorDataset data, Shard shard)
    {
        using var source = data.Open(new() { BatchSize = 4, Shuffle = true, Shard = shard });
        return Read(source, 0);
    }

    // The numbers of each batch; a target is ten times its input.
    private static List<float[]> Read(IBatchSource source, int epoch, int firstBatch = 0)
    {
        var read = new List<float[]>();
        foreach (var batch in source.Epoch(epoch, firstBatch))
        {
            using (batch)
            {
                var numbers = batch.Inputs[0].ToArray<float>();
                if (batch.Targets.Count > 0)
                {
                    Assert.Equal(numbers.Select(number => 10 * number), batch.Targets[0].ToArray<float>());
                    Assert.Equal(batch.Count, batch.Inputs[1].Shape[0]);
                }

                read.Add(numbers);
            }
        }

        return read;
    }

    private sealed class Noisy : SampleDataset
    {
        public int? Broken { get; init; }

        public override string Name => "noisy";

        public override int Count => 6;

        public override ImmutableArray<ImmutableArray<long>> InputShapes => [[1]];

        public override Sample Get(int index, ulong? seed) => index == Broken
            ? throw new OcsInputException($"Sample {index} is broken.")
            : new([Tensor.FromArray<float>([index + ((seed ?? 0) % 1000 / 1000f)], [1])], []);
    }
}
