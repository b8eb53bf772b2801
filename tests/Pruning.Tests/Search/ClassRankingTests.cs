using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Zoo;

namespace Ocs.Pruning.Tests.Search;

public sealed class ClassRankingTests
{
    // 1 x 10 + 10 x 2: each channel is a tenth of the MACs.
    private readonly CouplingGraph _tenths = CouplingGraph.Build(Networks.Chain(2, 10));

    // 1 x 4 + 4 x 6 + 6 x 2.
    private readonly CouplingGraph _chain = CouplingGraph.Build(Networks.Chain(2, 4, 6));

    [Theory]
    [InlineData(0.1, new[] { 5 })]
    [InlineData(0.3, new[] { 0, 5, 9 })]
    [InlineData(0.35, new[] { 0, 2, 5, 9 })]
    [InlineData(0.7, new[] { 0, 1, 2, 3, 5, 8, 9 })]
    [InlineData(0.9, new[] { 0, 1, 2, 3, 4, 5, 7, 8, 9 })]
    public void The_fewest_of_the_lowest_ranked_channels_that_reach_the_target_leave(double target, int[] pruned)
    {
        // Ascending: 5, 9, 0, 2, 1, 8, 3, 7, 4, 6.
        var partition = Search(_tenths, target, 1, ("conv0", [0.3, 0.5, 0.4, 0.7, 0.9, 0.1, 1.0, 0.8, 0.6, 0.2]));
        Assert.Equal(pruned, partition.Subnetwork.PrunedOf(_tenths.Position("conv0")));
        Assert.Equal(pruned.Length / 10.0, partition.Removed, 1e-12);
    }

    [Fact]
    public void All_groups_are_ranked_together()
    {
        // conv0 loses channel 1 (0.1), then conv1 its 3 and 0: 3 x 1 + 3 x 4 + 4 x 2 = 23 of 40 stay.
        var partition = Search(
            _chain, 0.4, 1, ("conv0", [0.9, 0.1, 0.8, 0.7]), ("conv1", [0.3, 0.95, 0.85, 0.2, 0.75, 0.65]));
        Assert.Equal([1], partition.Subnetwork.PrunedOf(_chain.Position("conv0")));
        Assert.Equal([0, 3], partition.Subnetwork.PrunedOf(_chain.Position("conv1")));
        Assert.Equal(1 - 23 / 40.0, partition.Removed, 1e-12);
    }

    [Fact]
    public void The_best_channel_of_each_group_stays_however_low_it_ranks()
    {
        // 1 and 2 channels are 1 + 2 + 4 of 40 MACs.
        var partition = Search(_chain, 0.82, 1, ("conv0", [0.01, 0.02, 0.04, 0.03]), ("conv1", [1, 2, 3, 4, 5, 6]));
        Assert.Equal([2], partition.Subnetwork.Kept[_chain.Position("conv0")].ToArray());
        Assert.Equal([4, 5], partition.Subnetwork.Kept[_chain.Position("conv1")].ToArray());
    }

    [Fact]
    public void Equals_leave_in_the_order_of_groups_and_channels_and_the_last_one_stays()
    {
        double[] equal = [1, 1, 1, 1];
        var partition = Search(_chain, 0.5, 1, ("conv0", equal), ("conv1", [1, 1, 1, 1, 1, 1]));
        // 3 of conv0 leave first: 1 + 6 + 12 = 19 of 40.
        Assert.Equal([3], partition.Subnetwork.Kept[_chain.Position("conv0")].ToArray());
        Assert.Equal(6, partition.Subnetwork.Kept[_chain.Position("conv1")].Length);
    }

    [Theory]
    [InlineData(0.5, 5)]
    [InlineData(0.29, 2)]
    [InlineData(0.7, 7)]
    public void A_limit_protects_the_best_channels_of_a_group(double maximumPruned, int most)
    {
        double[] scores = [.. Enumerable.Range(0, 10).Select(channel => (double)channel)];
        var partition = Search(_tenths, most / 10.0, maximumPruned, ("conv0", scores));
        Assert.Equal(Enumerable.Range(0, most), partition.Subnetwork.PrunedOf(_tenths.Position("conv0")));
        Assert.Throws<OcsInputException>(() => Search(_tenths, most / 10.0 + 0.01, maximumPruned, ("conv0", scores)));
    }

    [Fact]
    public void A_limit_that_is_a_whole_number_of_channels_is_not_rounded_down()
    {
        // 100 x 0.29 is 28.999... in floating point.
        var hundredths = CouplingGraph.Build(Networks.Chain(2, 100));
        var partition = Search(
            hundredths, 0.29, 0.29, ("conv0", [.. Enumerable.Range(0, 100).Select(channel => (double)channel)]));
        Assert.Equal(29, partition.Subnetwork.PrunedOf(hundredths.Position("conv0")).Count());
    }

    [Fact]
    public void A_target_out_of_reach_is_a_sentence_that_says_how_far_one_gets()
    {
        var error = Assert.Throws<OcsInputException>(
            () => Search(_tenths, 0.95, 1, ("conv0", [.. Enumerable.Repeat(1.0, 10)])));
        Assert.Equal(
            $"The target {0.95:P2} can't be reached: without every channel that may leave, {0.9:P2} of the MACs is "
                + "removed; lower the target or raise `MaximumPruned`.",
            error.Message);
        Assert.Throws<OcsInputException>(() => Search(_tenths, 0.1, 1));
    }

    [Fact]
    public void A_target_that_is_missed_by_more_than_the_tolerance_is_noted()
    {
        double[] scores = [.. Enumerable.Range(0, 10).Select(channel => (double)channel)];
        Assert.Null(Search(_tenths, 0.2, 1, ("conv0", scores)).Note);
        Assert.Null(Search(_tenths, 0.1996, 1, ("conv0", scores)).Note);
        var noted = Search(_tenths, 0.1994, 1, ("conv0", scores));
        Assert.Equal(
            $"the nearest that ranked channels reach is {0.2:P2} of the MACs, or {0.1:P2}: one channel less "
                + "would miss the target.", noted.Note);
        Assert.Equal(0.2, noted.Removed, 1e-12);
        Assert.Equal([$"Target {0.1994:P2}: {noted.Note}"], noted.Remarks(0.1994, ["conv0"]));
    }

    [Theory]
    [InlineData(1, 8, 0, 1)]
    [InlineData(1, 64, 70, 1)]
    [InlineData(1, 7, 3, 0)]
    [InlineData(2, 8, 3, 0)]
    public void A_group_that_keeps_one_of_many_channels_is_named(int kept, int channels, int others, int remarks)
    {
        var subnetwork = new Subnetwork(
            [[.. Enumerable.Range(0, kept)], .. Enumerable.Repeat<ImmutableArray<int>>([0, 1], others)],
            [channels, .. Enumerable.Repeat(2, others)]);
        ImmutableArray<string> names = ["narrow", .. Enumerable.Repeat("wide", others)];

        var said = new Partition(subnetwork, 0.5, Note: null).Remarks(0.5, names).ToList();

        Assert.Equal(remarks, said.Count);
        Assert.All(said, remark => Assert.StartsWith(
            $"Hardly anything is left of 1 of {others + 1} groups: 'narrow' keeps 1 of {channels} channels;", remark,
            StringComparison.Ordinal));
    }

    [Fact]
    public void Of_many_emptied_groups_three_are_named()
    {
        var subnetwork = new Subnetwork(
            [.. Enumerable.Repeat<ImmutableArray<int>>([0], 5)], [.. Enumerable.Repeat(16, 5)]);

        var said = Assert.Single(new Partition(subnetwork, 0.5, Note: null).Remarks(0.5, ["a", "b", "c", "d", "e"]));

        Assert.StartsWith(
            "Hardly anything is left of 5 of 5 groups: 'a' keeps 1 of 16 channels, 'b' keeps 1 of 16 channels, 'c' "
                + "keeps 1 of 16 channels, "
            + "and 2 more groups keep a single one;",
            said,
            StringComparison.Ordinal);
    }

    // Where a channel is a lump, others may stay in its place: of this network none is.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_higher_target_only_takes_more_channels(int seed)
    {
        var coupling = CouplingGraph.Build(Models.Build("cifar_vgg16"));
        var dice = new Dice(seed);
        ImmutableArray<double[]> saliency =
            [.. coupling.Groups.Select(group => group.IsPrunable
                ? [.. dice.Floats(group.Channels, 0, 1).Select(score => (double)score)]
                : Array.Empty<double>())];
        var constraint = ResourceConstraint.Macs(coupling);
        var most = 1 - (double)constraint.Count(
            [.. coupling.Groups.Select(group => group.IsPrunable ? 1 : group.Channels)]) / constraint.Total;
        var previous = Subnetwork.Full(coupling.Groups);
        foreach (var share in new[] { 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1 })
        {
            var partition = ClassRanking.Global.Search(coupling.Groups, saliency, constraint, share * most);
            Assert.True(partition.Removed >= share * most - 1e-9);
            Assert.All(partition.Subnetwork.Kept.Zip(previous.Kept), pair =>
            {
                Assert.NotEmpty(pair.First);
                Assert.Subset(pair.Second.ToHashSet(), pair.First.ToHashSet());
            });
            previous = partition.Subnetwork;
        }
    }

    private static Partition Search(
        CouplingGraph coupling,
        double target,
        double maximumPruned,
        params (string Group, double[] Scores)[] saliency) => ClassRanking.Global.Search(
            coupling.Groups,
            coupling.Saliency(saliency),
            ResourceConstraint.Macs(coupling),
            target,
            new() { MaximumPruned = maximumPruned });
}
