using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Tests;

[NoTensorLeaks]
public sealed class LayerOutcomeTests
{
    [Fact]
    public void Every_layer_is_pruned_kept_or_frozen_and_says_why()
    {
        var g = new GraphBuilder("outcomes");
        var x = g.Input("image", 3, 2, 2);
        var cut = g.Relu("relu", g.Conv2d("cut", x, 8, 1));
        var kept = g.Conv2d("kept", cut, 4, 1);
        var image = g.Add("with image", g.Conv2d("image-sized", kept, 3, 1), x);
        var coupling = CouplingGraph.Build(g.Build(g.Linear("fc", g.Flatten("flatten", image), 5)));
        var after = CutPlan.Create(coupling, coupling.Without(("cut", [0, 1, 5]))).After;

        var rows = LayerOutcome.Of(coupling, after);

        Assert.Equal(["cut", "kept", "image-sized", "fc"], rows.Select(row => row.Name));
        Assert.Equal(
            ["cut.weight", "kept.weight", "image-sized.weight", "fc.weight"], rows.Select(row => row.Parameter));
        Assert.Equal(
            [
                "pruned: 3 of 8 channels rank below the cut", "kept: every channel ranks above the cut",
                "frozen: input of the network", "frozen: output of the network",
            ],
            rows.Select(row => row.Explanation));
        Assert.Equal([(8, 5), (4, 4), (3, 3), (5, 5)], rows.Select(row => (row.ChannelsBefore, row.ChannelsAfter)));
        // 3 x 8, 8 x 4 and 4 x 3 at 4 positions, 12 x 5.
        Assert.Equal([(96, 60), (128, 80), (48, 48), (60, 60)], rows.Select(row => (row.MacsBefore, row.MacsAfter)));
        Assert.All(rows, row => Assert.Equal(row.FrozenReason, coupling.Groups[row.Group].FrozenReason));
        Assert.Equal(coupling.Position("cut"), rows[0].Group);
    }

    [Fact]
    public void A_layer_with_channels_in_two_groups_is_frozen_only_if_both_are()
    {
        var g = new GraphBuilder("two groups");
        var x = g.Input("image", 3, 2, 2);
        var frozen = g.Add("with image", g.Conv2d("image-sized", x, 3, 1), x);
        var joined = g.Concat("joined", 1, frozen, g.Conv2d("free", x, 5, 1));
        var added = g.Add("added", joined, g.Conv2d("both", x, 8, 1));
        var coupling = CouplingGraph.Build(g.Build(g.Linear("fc", g.Flatten("flatten", added), 5)));

        var both = LayerOutcome.Of(coupling, coupling.Graph).Single(row => row.Name == "both");

        Assert.NotNull(coupling.Groups[both.Group].FrozenReason);
        Assert.Null(both.FrozenReason);
    }

    [Fact]
    public void The_channels_of_a_transposed_convolution_are_its_columns()
    {
        var g = new GraphBuilder("transposed");
        var x = g.ConvTranspose2d("up", g.Conv2d("stem", g.Input("image", 3, 2, 2), 4, 1), 6, 2, stride: 2);
        var coupling = CouplingGraph.Build(g.Build(g.ConvTranspose2d("last", x, 2, 1)));
        Assert.Equal(["stem", "stem (inputs)", "up", "last"], coupling.Groups.Select(group => group.Name));
        var after = CutPlan.Create(coupling, coupling.Without(("stem", [0]), ("up", [1, 5]))).After;
        var rows = LayerOutcome.Of(coupling, after);
        Assert.Equal(
            [("stem", 4, 3), ("up", 6, 4), ("last", 2, 2)],
            rows.Select(row => (row.Name, row.ChannelsBefore, row.ChannelsAfter)));
        Assert.Equal(rows.Select(row => row.Name), rows.Select(row => coupling.Groups[row.Group].Name));
    }

    [Fact]
    public void A_layer_that_a_limit_keeps_names_the_limit()
    {
        var coupling = CouplingGraph.Build(Networks.Chain(2, 3, 10, 1));
        var saliency = coupling.Saliency(
            ("conv0", [1, 2, 3]),
            ("conv1", [.. Enumerable.Range(4, 10).Select(score => (double)score)]),
            ("conv2", [0.5]));
        Assert.Equal(
            [
                "kept: `MinimumChannels` 4 keeps all of its 3", "pruned: 3 of 10 channels rank below the cut",
                "kept: its only channel stays",
            ],
            Explanations(coupling, saliency, 0.2, new() { MinimumChannels = 4 }));
        Assert.Equal(
            [
                "kept: `MaximumPruned` 0.25 of 3 channels is not one", "pruned: 3 of 10 channels rank below the cut",
                "kept: its only channel stays",
            ],
            Explanations(coupling, saliency, 0.2, new() { MaximumPrunedOf = [new("conv0", 0.25)] }));

        // conv1 goes from 16 to 8, for which 8 of it and the least of conv0 rank below the cut.
        coupling = CouplingGraph.Build(Networks.Chain(2, 8, 16, 8));
        saliency = coupling.Saliency(
            ("conv0", [0.5, 99, 99, 99, 99, 99, 99, 99]),
            ("conv1", [.. Enumerable.Range(1, 16).Select(score => (double)score)]),
            ("conv2", [99, 99, 99, 99, 99, 99, 99, 99]));
        Assert.Equal(
            [
                "kept: 1 of 8 channels rank below the cut, but `RoundTo` 8 keeps them",
                "pruned: 8 of 16 channels rank below the cut", "kept: every channel ranks above the cut",
            ],
            Explanations(coupling, saliency, 0.3, new() { RoundTo = 8 }));
    }

    [Fact]
    public void The_programs_limit_is_named_too()
    {
        var graph = Networks.Chain(2, 3, 20);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var search = new SubnetworkSearch(graph, OneCycleOptions.Official with { Target = 0.15, MaximumPruned = 0.3 });
        var partition = search.Find(parameters);
        var after = CutPlan.Create(search.Coupling, partition.Subnetwork).After;
        var rows = LayerOutcome.Of(search.Coupling, after, partition);
        Assert.Equal("`MaximumPruned` 0.3 protects all of its 3 channels", rows[0].KeptReason);
        Assert.StartsWith("pruned: ", rows[1].Explanation, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Explanations(
        CouplingGraph coupling, ImmutableArray<double[]> saliency, double target, PruningLimits limits)
    {
        var partition = ClassRanking.Global.Search(
            coupling.Groups, saliency, ResourceConstraint.Macs(coupling), target, limits);
        var after = CutPlan.Create(coupling, partition.Subnetwork).After;
        return LayerOutcome.Of(coupling, after, partition).SkipLast(1).Select(row => row.Explanation);
    }

    [Fact]
    public void Before_any_cut_nothing_is_pruned()
    {
        var graph = Networks.Chain(2, 4, 6);
        var rows = LayerOutcome.Of(CouplingGraph.Build(graph), graph);
        Assert.Equal(["kept", "kept", "frozen"], rows.Select(row => row.Explanation.Split(':')[0]));
    }
}
