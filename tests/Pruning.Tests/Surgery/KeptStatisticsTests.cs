using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>The gate on operators for which a channel of zeros is not one that is absent.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class KeptStatisticsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_group_norm_that_loses_channels_passes_though_its_statistics_change(int groups)
    {
        var g = new GraphBuilder("norm");
        var x = g.Conv2d("conv1", g.Input("input", 2, 4, 4), 6, 3, padding: 1, bias: true);
        x = g.Conv2d("conv2", g.Relu("relu", g.GroupNorm("norm", x, groups)), 4, 3, padding: 1);
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", x), 3));
        var coupling = CouplingGraph.Build(graph);
        Assert.Equal(6 / groups, coupling.Groups[coupling.Position("conv1")].Channels);
        var subnetwork = coupling.Without(("conv1", [1]), ("conv2", [0, 3]));
        using var parameters = ParameterTable.Initialize(graph, seed: 5);
        using var batch = Tensor.FromArray<float>(new Dice(8).Floats(2 * 2 * 16, -1, 1), [2, 2, 4, 4]);
        var plan = CutPlan.Create(coupling, subnetwork);
        using var cut = plan.Apply(parameters);
        Assert.True(Check(coupling, subnetwork, plan, parameters, cut, batch) is { Passed: true, Problem: null });

        // It is the exception that lets it pass: with the zeros in the statistics the outputs differ.
        using var zeroed = plan.Zeroed(parameters);
        using var whole = Networks.Evaluate(graph, zeroed, batch);
        using var small = Networks.Evaluate(plan.After, cut, batch);
        using var difference = Aten.Sub(whole, small);
        using var distance = Aten.VectorNorm(difference);
        Assert.True(distance.Item<double>() > 1e-3);

        // What is wrong before or after the norm is found as ever.
        cut.Set("conv2.weight", [.. Enumerable.Repeat(1f, (int)cut["conv2.weight"].ElementCount)]);
        Assert.Contains(
            "first at node 'conv2'",
            Check(coupling, subnetwork, plan, parameters, cut, batch).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_quotient_of_zero_channels_passes()
    {
        var g = new GraphBuilder("quotient");
        var x = g.Conv2d("conv1", g.Input("input", 2, 3, 3), 4, 1);
        var graph = g.Build(g.Conv2d("conv2", g.Divide("ratio", x, x), 2, 1));
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.Without(("conv1", [0, 2]));
        using var parameters = ParameterTable.Initialize(graph, seed: 5);
        using var batch = Tensor.FromArray<float>(new Dice(8).Floats(2 * 2 * 9, -1, 1), [2, 2, 3, 3]);
        var plan = CutPlan.Create(coupling, subnetwork);
        using var cut = plan.Apply(parameters);
        var result = Check(coupling, subnetwork, plan, parameters, cut, batch);
        Assert.True(result.Passed, result.Problem);
    }

    [Fact]
    public void A_shuffle_network_is_cut_to_the_order_that_is_left()
    {
        var g = new GraphBuilder("shuffle");
        var halves = g.Chunk("halves", g.Conv2d("stem", g.Input("input", 2, 3, 3), 8, 1), 1, 2);
        var join = g.Concat("join", 1, halves[0], g.Conv2d("branch", halves[1], 4, 1));
        var graph = g.Build(g.Conv2d("head", g.ChannelShuffle("shuffle", join, 2), 2, 1));
        var coupling = CouplingGraph.Build(graph);
        var first = Enumerable.Range(0, coupling.Groups.Length).First(
            position => coupling.Groups[position].Name == "stem");
        var subnetwork = Subnetwork.FromPruned(
            coupling.Groups,
            coupling.Groups.Select((group, position) => (IReadOnlyCollection<int>)(position == first ? [1] : [])));
        var plan = CutPlan.Create(coupling, subnetwork);
        // Halves 0 2 3 and 4 5 6 7 of the join come as 0 4 5 2 6 3 7, counted among those that stay.
        var order = Assert.IsType<SelectChannels>(plan.After.Nodes.Single(node => node.Name == "shuffle").Operator);
        Assert.Equal([0, 3, 4, 1, 5, 2, 6], order.Indices.ToArray());
    }

    private static GateResult Check(
        CouplingGraph coupling, Subnetwork subnetwork, CutPlan plan, ParameterTable full,
        ParameterTable cut, Tensor batch) =>
        PruneProofGate.Check(
            coupling, subnetwork, plan, full, cut, batch, ResourceConstraint.Macs(coupling).Count(subnetwork));
}
