using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>Cuts of attention, windows, norms, embeddings and recurrent layers.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class TransformerCutTests
{
    [Fact]
    public void Every_right_cut_of_a_transformer_passes_the_gate() => Properties.HoldForRandomTransformers(60, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(random.Seed);
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph);
        var result = Check(coupling, subnetwork, parameters, batch);
        Assert.Null(result.Problem);
        Assert.True(result.Passed);
        Assert.True(random.Norms || result.Note is null);
    });

    [Fact]
    public void Without_norms_the_cut_network_computes_what_the_zeroed_one_does() =>
        Properties.HoldForRandomTransformers(40, drawn =>
    {
        var random = drawn with { Norms = false };
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var plan = CutPlan.Create(coupling, coupling.RandomSubnetwork(random.Seed));
        using var parameters = random.Parameters(graph);
        using var batch = random.Batch(graph, count: 3);
        using var zeroed = plan.Zeroed(parameters);
        using var cut = plan.Apply(parameters);
        using var expected = Networks.Evaluate(graph, zeroed, batch);
        using var actual = Networks.Evaluate(plan.After, cut, batch);
        Tensors.AssertClose(expected, actual);
    });

    [Fact]
    public void The_macs_of_a_transformer_are_those_of_its_cut_and_some_channels_of_each_may_leave() =>
        Properties.HoldForRandomTransformers(60, random =>
    {
        var graph = random.Build();
        var coupling = CouplingGraph.Build(graph);
        var subnetwork = coupling.RandomSubnetwork(random.Seed + 1);
        var after = CutPlan.Create(coupling, subnetwork).After;
        Assert.Equal(graph.Macs, ResourceConstraint.Macs(coupling).Total);
        Assert.Equal(after.Macs, ResourceConstraint.Macs(coupling).Count(subnetwork));
        Assert.Equal(after.ParameterCount, ResourceConstraint.Parameters(coupling).Count(subnetwork));
        Assert.True(coupling.Groups.Count(group => group.IsPrunable) >= random.Blocks);
    });

    [Fact]
    public void Layers_and_queries_that_run_once_for_each_channel_cost_less_when_channels_leave()
    {
        // Five features; turned around, they are the positions of a layer that mixes tokens, and queries.
        var g = new GraphBuilder("mixer");
        var input = g.Input("input", 6, 2);
        var turned = g.Permute("turned", g.Linear("embed", input, 5), 0, 2, 1);
        var queries = g.Linear("mix", turned, 4);
        var (keys, values) = (g.Linear("keys", input, 4), g.Linear("values", input, 3));
        var found = g.Add("attend", new ScaledDotProductAttention(0.5), [queries, keys, values], []);
        var coupling = CouplingGraph.Build(g.Build(g.Linear("head", g.Permute("back", found, 0, 2, 1), 2)));
        var macs = ResourceConstraint.Macs(coupling);
        var subnetwork = coupling.Without(("embed", [1, 4]));
        var after = CutPlan.Create(coupling, subnetwork).After;

        // embed 6x2x5, mix 5x6x4, keys 6x2x4, values 6x2x3, scores 5x6x4, their products 5x6x3, head 3x5x2.
        Assert.Equal(60 + 120 + 48 + 36 + 120 + 90 + 30, macs.Total);
        Assert.Equal(36 + 72 + 48 + 36 + 72 + 54 + 18, macs.Count(subnetwork));
        Assert.Equal(after.Macs, macs.Count(subnetwork));
    }

    [Theory]
    [InlineData(SplitPolicy.WholeOuter, 4, 12, 3)]
    [InlineData(SplitPolicy.SameInner, 3, 8, 4)]
    public void Queries_and_keys_leave_by_heads_or_by_the_same_index_in_every_head(
        SplitPolicy policy, int channels, int rowsOfAChannel, int columnsOfAChannel)
    {
        // Four heads of three.
        var g = new GraphBuilder("vit");
        var x = g.AddParameter("position", g.Linear("embed", g.Input("input", 5, 2), 12), Initialization.Normal(1));
        x = g.Add("sum", x, g.MultiHeadAttention("attention", x, heads: 4, policy));
        var coupling = CouplingGraph.Build(g.Build(g.Linear("head", g.Select("first", x, 1, 0), 3)));
        var groups = coupling.Groups.Where(group =>
            group.Members.Any(member => member is { Parameter: "attention.in_proj_weight", Dimension: 0 })).ToList();
        var columns = groups.Single(
            group => group.Members.Any(member => member is { Parameter: "attention.out_proj.weight", Dimension: 1 }));
        Assert.All(groups, group => Assert.True(group.IsPrunable && group.Channels == channels));
        Assert.Equal(columnsOfAChannel, Member(columns, "attention.out_proj.weight", 1).IndicesPerChannel);
        var queries = groups[0];
        Assert.Equal(policy == SplitPolicy.WholeOuter ? 1 : 2, groups.Count);
        if (policy == SplitPolicy.WholeOuter)
        {
            // A head's queries, keys and values: 3 x 3 rows.
            Assert.Equal(
                [3, 4, 5, 15, 16, 17, 27, 28, 29],
                Member(queries, "attention.in_proj_weight", 0).IndicesOf(1).ToArray());
        }
        else
        {
            Assert.Equal(
                [1, 4, 7, 10, 13, 16, 19, 22], Member(queries, "attention.in_proj_weight", 0).IndicesOf(1).ToArray());
            Assert.Equal([25, 28, 31, 34], Member(columns, "attention.in_proj_weight", 0).IndicesOf(1).ToArray());
            Assert.Equal(rowsOfAChannel, Member(queries, "attention.in_proj_weight", 0).IndicesPerChannel);
        }

        var residual = coupling.Groups[coupling.Position("embed")];
        Assert.Equal(12, residual.Channels);
        Assert.Equal(
            [
                "embed.weight/0", "embed.bias/0", "position/2", "attention.in_proj_weight/1",
                "attention.out_proj.weight/0", "attention.out_proj.bias/0", "head.weight/1",
            ],
            residual.Members.Select(member => $"{member.Parameter}/{member.Dimension}"));
    }

    [Fact]
    public void Widths_inside_attention_and_heads_follow_the_cut_but_the_scale_stays()
    {
        var g = new GraphBuilder("vit");
        var x = g.Linear("embed", g.Input("input", 5, 2), 12);
        x = g.MultiHeadAttention("attention", x, heads: 4, SplitPolicy.SameInner);
        var coupling = CouplingGraph.Build(g.Build(g.Linear("head", g.Select("first", x, 1, 0), 3)));
        var subnetwork = Subnetwork.FromPruned(coupling.Groups, coupling.Groups.Select(group =>
            (IReadOnlyCollection<int>)(group.Members.Any(
                member => member is { Parameter: "attention.in_proj_weight", Dimension: 0 })
                ? group.Members.Any(member => member.Parameter == "attention.out_proj.weight") ? [0] : [0, 2]
                : [])));
        var after = CutPlan.Create(coupling, subnetwork).After;
        Assert.Equal([4 + 4 + 8, 12], after.Parameter("attention.in_proj_weight").Shape.ToArray());
        Assert.Equal([12, 8], after.Parameter("attention.out_proj.weight").Shape.ToArray());
        Assert.Equal([1, 4, 5, 1], Shape("attention.k.heads"));
        Assert.Equal([1, 4, 5, 2], Shape("attention.v.heads"));
        Assert.Equal(
            new ScaledDotProductAttention(1 / Math.Sqrt(3)),
            after.Nodes.Single(node => node.Name == "attention.attention").Operator);

        long[] Shape(string name) => [.. after.Nodes.Single(node => node.Name == name).Shape];
    }

    [Fact]
    public void A_norm_is_compared_by_the_statistics_of_what_stays_and_a_wrong_weight_is_still_found()
    {
        var g = new GraphBuilder("norm");
        var x = g.LayerNorm("norm", g.Linear("embed", g.Input("input", 3, 2), 6));
        var graph = g.Build(g.Linear("head", g.Select("first", g.Linear("mlp", x, 4), 1, 0), 2));
        var coupling = CouplingGraph.Build(graph);
        using var parameters = ParameterTable.Initialize(graph, seed: 3);
        using var batch = Tensor.FromArray<float>(new Dice(4).Floats(12, -1, 1), [2, 3, 2]);
        var result = Check(coupling, coupling.Without(("embed", [1, 4])), parameters, batch);
        Assert.True(result.Passed, result.Problem);
        Assert.Equal(
            "Zeroed channels would count in the norm 'norm', so the full network's took its statistics over the kept "
            + "ones.",
            result.Note);

        // Only the norm's inner neighbours are cut: nothing changes for it.
        result = Check(coupling, coupling.Without(("mlp", [0])), parameters, batch);
        Assert.True(result.Passed);
        Assert.Null(result.Note);

        result = Check(
            coupling, coupling.Without(("embed", [1, 4])), parameters, batch,
            cut => cut.Set("norm.weight", 1, 1, 1, 2));
        Assert.False(result.Passed);
        Assert.StartsWith(
            "The cut network differs from the full one first at node 'norm' (LayerNorm)", result.Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_whose_norms_a_cut_changes_is_not_padded()
    {
        var g = new GraphBuilder("norm");
        var x = g.LayerNorm("norm", g.Linear("embed", g.Input("input", 3, 2), 16));
        var coupling = CouplingGraph.Build(
            g.Build(g.Linear("head", g.Select("first", g.Linear("mlp", x, 16), 1, 0), 2)));
        Assert.Null(Padding(("embed", [0, 1, 2])));
        Assert.NotNull(Padding(("mlp", [0, 1, 2])));

        CutPlan? Padding(params (string, int[])[] pruned)
        {
            var subnetwork = coupling.Without(pruned);
            return LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork));
        }
    }

    [Fact]
    public void The_layers_and_directions_of_a_recurrent_network_are_cut_each_on_its_own()
    {
        var g = new GraphBuilder("lstm");
        var x = g.Lstm(
            "rnn", g.Embedding("words", g.Input("input", 4), 7, 5), hidden: 4, layers: 2, bidirectional: true);
        var graph = g.Build(g.Linear("head", g.Select("last", x, 1, 3), 2));
        var coupling = CouplingGraph.Build(graph);
        Assert.Equal(
            [5, 4, 4, 4, 4], coupling.Groups.Where(group => group.IsPrunable).Select(group => group.Channels));
        var plan = CutPlan.Create(
            coupling, coupling.Without(("rnn.l0", [1]), ("rnn.l0_reverse", [0, 2, 3]), ("rnn.l1", [0, 3])));
        Assert.Equal([12, 3], plan.After.Parameter("rnn.weight_hh_l0").Shape.ToArray());
        Assert.Equal([4, 1], plan.After.Parameter("rnn.weight_hh_l0_reverse").Shape.ToArray());
        Assert.Equal([8, 4], plan.After.Parameter("rnn.weight_ih_l1").Shape.ToArray());
        Assert.Equal([2, 6], plan.After.Parameter("head.weight").Shape.ToArray());
    }

    private static GroupMember Member(Group group, string parameter, int dimension) =>
        group.Members.Single(member => member.Parameter == parameter && member.Dimension == dimension);

    private static GateResult Check(
        CouplingGraph coupling, Subnetwork subnetwork, ParameterTable parameters, Tensor batch,
        Action<ParameterTable>? tamper = null)
    {
        var plan = CutPlan.Create(coupling, subnetwork);
        using var cut = plan.Apply(parameters);
        tamper?.Invoke(cut);
        return PruneProofGate.Check(
            coupling, subnetwork, plan, parameters, cut, batch, ResourceConstraint.Macs(coupling).Count(subnetwork),
            (graph, table) => (graph, table.Clone(graph)));
    }
}
