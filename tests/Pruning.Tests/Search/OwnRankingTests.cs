using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Tests.Search;

/// <summary>Rankings of the user's own.</summary>
[NoTensorLeaks]
public sealed class OwnRankingTests
{
    [Fact]
    public void What_it_keeps_is_kept()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 6), seed: 1);
        var own = new Fixed(groups => groups.Select(group => (int[])(group.IsPrunable ? [0, 2] : [])));
        using var cut = network.Prune(new() { CustomRanking = own });

        Assert.True(cut.Gate.Passed);
        Assert.Equal([1, 3], KeptOf("conv0", cut.Record));
        Assert.Equal([1, 3, 4, 5], KeptOf("conv1", cut.Record));
        Assert.Contains("ranking: fixed\n", cut.Record.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_the_users_own_lose_the_same_fraction_each()
    {
        // conv0 and conv2 are a class of 12 channels, conv1 one of 6: of a third, 4 and 2 channels leave.
        var coupling = CouplingGraph.Build(Networks.Chain(2, 4, 6, 8));
        var saliency = coupling.Saliency(
            ("conv0", [0.1, 5, 6, 7]), ("conv1", [9, 1, 8, 2, 7, 6]), ("conv2", [0.2, 0.3, 0.4, 8, 9, 10, 11, 12]));
        var ranking = new ClassRanking("outer", group => group.Name == "conv1" ? "inner" : "outer");

        // 4 + 24 + 48 + 16 = 92 MACs; 3 + 3 x 4 + 4 x 5 + 5 x 2 = 45 are left.
        var partition = ranking.Search(coupling.Groups, saliency, ResourceConstraint.Macs(coupling), 0.5);

        Assert.Equal([0], partition.Subnetwork.PrunedOf(coupling.Position("conv0")));
        Assert.Equal([1, 3], partition.Subnetwork.PrunedOf(coupling.Position("conv1")));
        Assert.Equal([0, 1, 2], partition.Subnetwork.PrunedOf(coupling.Position("conv2")));
        Assert.Equal(1 - 45 / 92.0, partition.Removed, 1e-12);
    }

    [Fact]
    public void A_sub_network_that_is_none_is_refused()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 6), seed: 1);
        var emptied = new Fixed(groups => groups.Select(group => Enumerable.Range(0, group.Channels).ToArray()));
        var frozen = new Fixed(groups => groups.Select(group => (int[])(group.IsPrunable ? [] : [0])));

        foreach (var ranking in new[] { emptied, frozen })
        {
            var error = Assert.Throws<OcsInputException>(
                () => network.Prune(new() { CustomRanking = ranking }).Dispose());
            Assert.StartsWith(
                "Ranking 'fixed' gave no sub-network of 'chain'; ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_authors_search_takes_none()
    {
        var options = OneCycleOptions.Official with { CustomRanking = ClassRanking.Global };
        Assert.StartsWith(
            "Pruning options: `PartitionRule.Official` knows no ranking but global",
            Assert.Throws<OcsInputException>(options.Validate).Message,
            StringComparison.Ordinal);
    }

    private static int[] KeptOf(string group, PruningRecord record) =>
        [.. record.Groups.Single(other => other.Name == group).Kept];

    private sealed class Fixed(Func<ImmutableArray<Group>, IEnumerable<IReadOnlyCollection<int>>> pruned) : IRanking
    {
        public string Name => "fixed";

        public Partition Search(
            ImmutableArray<Group> groups,
            ImmutableArray<double[]> saliency,
            ResourceConstraint constraint,
            double target,
            PruningLimits limits)
        {
            var subnetwork = Subnetwork.FromPruned(groups, pruned(groups));
            return new(subnetwork, constraint.Removed(subnetwork), Note: null);
        }
    }
}
