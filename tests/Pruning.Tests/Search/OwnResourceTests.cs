using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Search;

/// <summary>Budgets of the user's own.</summary>
[NoTensorLeaks]
public sealed class OwnResourceTests
{
    [Fact]
    public void Bytes_of_weights_are_removed_to_the_target_and_no_channel_more()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 6), seed: 1);
        var options = new PruneOptions { Target = 0.4, Ranking = Ranking.Global, CustomResource = new WeightBytes() };
        using var cut = network.Prune(options);

        var (before, after) = (BytesIn(network.Parameters), BytesIn(cut.Network.Parameters));
        Assert.InRange(1 - (double)after / before, 0.4, 1);

        // The lowest-ranked of the kept channels is left too in a cut of a little more; with it back, too much is left.
        var search = new SubnetworkSearch(network.Graph, options);
        var (groups, partition) = (search.Coupling.Groups, search.Find(network.Parameters));
        var best = Enumerable.Range(0, groups.Length)
            .SelectMany(
                group => partition.Subnetwork.PrunedOf(group).Select(channel => (Group: group, Channel: channel)))
            .MaxBy(pair => partition.Saliency[pair.Group][pair.Channel]);
        var wider = Subnetwork.FromPruned(groups, groups.Select((_, group) => (IReadOnlyCollection<int>)
            [.. partition.Subnetwork.PrunedOf(group).Where(
                channel => (group, channel) != (best.Group, best.Channel))]));
        using var less = CutPlan.Create(search.Coupling, wider).Apply(network.Parameters);
        Assert.InRange(1 - (double)BytesIn(less) / before, 0, 0.4);
        Assert.Contains("resource: bytes of weights\n", cut.Record.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_cycle_meets_it_too()
    {
        using var cycle = new OneCycle(
            Network.Initialize(Networks.Chain(2, 8, 8), seed: 1),
            OneCycleOptions.Paper with
            {
                Target = 0.5,
                SparsityStartEpoch = 0,
                LatestCutEpoch = 1,
                CustomResource = new WeightBytes(),
            },
            epochs: 3);
        var before = BytesIn(cycle.Network.Parameters);
        using var probe = Tensor.Ones([2, 1, 1, 1]);
        cycle.BeginEpoch(0, [probe]);
        cycle.BeginEpoch(1, [probe]);

        Assert.True(cycle.IsCut);
        Assert.InRange(1 - (double)BytesIn(cycle.Network.Parameters) / before, 0.5, 0.7);
    }

    [Fact]
    public void Sizes_are_those_of_the_cut_network() => Properties.HoldForRandomGraphs(20, random =>
    {
        var coupling = CouplingGraph.Build(random.Build());
        var subnetwork = coupling.RandomSubnetwork(random.Seed);
        var after = CutPlan.Create(coupling, subnetwork).After;
        var sizes = new SubnetworkSizes(coupling, [.. subnetwork.Kept.Select(kept => kept.Length)]);

        Assert.Equal(
            after.Parameters.Select(spec => NodeShapes.Show(spec.Shape)),
            sizes.Parameters.Select(spec => NodeShapes.Show(spec.Shape)));
        for (var node = 0; node < after.Nodes.Length; node++)
        {
            Assert.Equal(after.Nodes[node].Shape.AsEnumerable(), sizes.ShapeOf(node));
            Assert.Equal(after.MacsOf(node), sizes.MacsOf(node));
        }
    });

    [Fact]
    public void One_that_counts_nothing_is_refused()
    {
        using var network = Network.Initialize(Networks.Chain(2, 4, 6), seed: 1);
        Assert.Equal(
            "Resource 'nothing' counts 0 in the whole of 'chain'; it must count more than 0.",
            Assert.Throws<OcsInputException>(() =>
                network.Prune(new() { CustomResource = new Nothing() }).Dispose()).Message);
    }

    private static long BytesIn(ParameterTable parameters) =>
        parameters.Names.Where(name => name.EndsWith("weight", StringComparison.Ordinal)).Sum(
            name => 4 * parameters[name].ElementCount);

    private sealed class WeightBytes : IResource
    {
        public string Name => "bytes of weights";

        public long Count(SubnetworkSizes sizes) => sizes.Parameters
            .Where(spec => spec.Role == ParameterRole.Weight)
            .Sum(spec => 4 * NodeShapes.ElementCount(spec.Shape));
    }

    private sealed class Nothing : IResource
    {
        public string Name => "nothing";

        public long Count(SubnetworkSizes sizes) => 0;
    }
}
