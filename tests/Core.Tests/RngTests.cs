namespace Ocs.Core.Tests;

public sealed class RngTests
{
    [Fact]
    public void Splitmix64_gives_the_published_numbers()
    {
        // The first outputs of splitmix64 for seed 1234567 (the reference program's).
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431],
            new Rng(1234567).State);
    }

    [Fact]
    public void Xoshiro256_gives_the_published_numbers()
    {
        var rng = new Rng(0) { State = [1, 2, 3, 4] };
        Assert.Equal(
            [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600],
            Enumerable.Range(0, 6).Select(_ => rng.NextUInt64()).ToArray());
    }

    [Fact]
    public void A_restored_state_goes_on_with_the_same_numbers()
    {
        var rng = new Rng(7);
        rng.NextUInt64();
        var other = new Rng(0) { State = rng.State };
        Assert.Equal(rng.NextUInt64(), other.NextUInt64());
        Assert.Throws<ArgumentException>(() => other.State = [0, 0, 0, 0]);
    }

    [Fact]
    public void Streams_of_one_seed_differ_by_name_and_index()
    {
        ulong[] firsts =
        [
            Rng.ForStream(1, "shuffle").NextUInt64(),
            Rng.ForStream(1, "shuffle", 1).NextUInt64(),
            Rng.ForStream(1, "augmentation").NextUInt64(),
            Rng.ForStream(2, "shuffle").NextUInt64(),
        ];
        Assert.Equal(4, firsts.Distinct().Count());
        Assert.Equal(firsts[0], Rng.ForStream(1, "shuffle").NextUInt64());
    }

    [Fact]
    public void Numbers_below_a_bound_are_equally_frequent()
    {
        var rng = new Rng(3);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[rng.Next(7)]++;
        }

        // Standard deviation of a count is 93.
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Doubles_lie_in_the_unit_interval_and_booleans_are_fair()
    {
        var rng = new Rng(5);
        double[] numbers = [.. Enumerable.Range(0, 10_000).Select(_ => rng.NextDouble())];
        Assert.All(numbers, number => Assert.InRange(number, 0, 0.9999999999999999));
        Assert.InRange(numbers.Average(), 0.48, 0.52);
        Assert.InRange(Enumerable.Range(0, 10_000).Count(_ => rng.NextBool()), 4_800, 5_200);
    }

    [Fact]
    public void A_shuffle_is_a_permutation_and_every_order_is_equally_likely()
    {
        var rng = new Rng(11);
        Dictionary<string, int> orders = [];
        for (var i = 0; i < 6_000; i++)
        {
            int[] items = [0, 1, 2];
            rng.Shuffle(items);
            var order = string.Join("", items);
            orders[order] = orders.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(["012", "021", "102", "120", "201", "210"], orders.Keys.Order());
        Assert.All(orders.Values, count => Assert.InRange(count, 850, 1_150));
    }
}
