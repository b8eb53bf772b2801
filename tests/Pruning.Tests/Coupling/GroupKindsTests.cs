using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using static Ocs.Pruning.Coupling.GroupKind;
using Kind = Ocs.Pruning.Coupling.GroupKind;

namespace Ocs.Pruning.Tests.Coupling;

/// <summary>The widths of transformers, told apart and switched off.</summary>
public sealed class GroupKindsTests
{
    // Two tokens of 2 numbers, width 12, heads of 3, an MLP of 20.
    private static Graph Transformer(bool norms = true)
    {
        var g = new GraphBuilder("vit");
        var x = g.AddParameter("position", g.Linear("embed", g.Input("input", 2, 2), 12), Initialization.Normal(1));
        x = g.Add("sum", x, g.MultiHeadAttention("attention", norms ? g.LayerNorm("ln", x) : x, heads: 4));
        x = g.Add(
            "mlp.sum", x, g.Linear("mlp.2", g.Activation("mlp.1", g.Linear("mlp.0", x, 20), ActivationKind.Gelu), 12));
        return g.Build(g.Linear("head", g.Select("first", x, 1, 0), 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whole_heads_are_one_kind_and_the_same_index_in_every_head_two(bool norms)
    {
        var whole = CouplingGraph.Build(Transformer(norms).WithPolicies(CouplingPolicy.Whole, groups: null));
        Assert.Equal(
            [("embed", 12, HiddenWidth), ("attention.in_proj", 4, Heads), ("mlp.0", 20, MlpWidth)], Kinds(whole));

        var inner = CouplingGraph.Build(Transformer(norms).WithPolicies(CouplingPolicy.SameIndex, groups: null));
        Assert.Equal(
            [
                ("embed", 12, HiddenWidth), ("attention.in_proj", 3, QueryKey), ("attention.in_proj", 3, Kind.Value),
                ("mlp.0", 20, MlpWidth),
            ],
            Kinds(inner));
    }

    [Fact]
    public void Windows_and_merged_patches_have_the_same_kinds()
    {
        var g = new GraphBuilder("swin");
        var x = g.Permute("channels last", g.Conv2d("patches", g.Input("input", 3, 4, 4), 8, 1), 0, 2, 3, 1);
        x = g.Add(
            "sum", x,
            ShiftedWindows.Attention(
                g, "attention", g.LayerNorm("ln", x), window: 2, shift: 1, heads: 2, mergeBatch: true));
        x = g.Flatten(
            "merge", g.Permute("four", g.Reshape("split", x, [1, 2, 2, 2, 2, 8]), 0, 1, 3, 4, 2, 5), 3, 5,
            SplitPolicy.SameInner);
        x = g.Linear("reduction", x, 6, bias: false);
        x = g.LayerNorm("end", g.Add("end.sum", x, g.Linear("end.branch", x, 6)));
        var graph = g.Build(g.Linear("head", g.Flatten("flatten", g.Permute("channels first", x, 0, 3, 1, 2)), 2));

        var coupling = CouplingGraph.Build(graph);
        Assert.Equal(
            [("patches", 8, HiddenWidth), ("attention.qkv", 2, Heads), ("reduction", 6, HiddenWidth)], Kinds(coupling));
        // The merge keeps its own policy, otherwise the stream before it would be frozen.
        coupling = CouplingGraph.Build(graph.WithPolicies(CouplingPolicy.SameIndex, groups: null));
        Assert.Equal(
            [
                ("patches", 8, HiddenWidth), ("attention.qkv", 4, QueryKey), ("attention.qkv", 4, Kind.Value),
                ("reduction", 6, HiddenWidth),
            ],
            Kinds(coupling));
    }

    [Fact]
    public void Channels_of_images_are_of_no_kind_but_those_between_two_linear_layers()
    {
        var g = new GraphBuilder("images");
        var x = g.Conv2d("stem", g.Input("input", 1, 2, 2), 4, 1);
        x = g.Add("add", x, g.BatchNorm2d("bn", g.Conv2d("inner", x, 4, 1)));
        x = g.Relu("relu", g.Linear("hidden", g.Flatten("flatten", x), 6));
        var coupling = CouplingGraph.Build(g.Build(g.Linear("fc", x, 2)));
        Assert.Equal([("stem", 4, null), ("hidden", 6, MlpWidth)], Kinds(coupling));
    }

    [Fact]
    public void Groups_of_the_kinds_named_are_left_whole_and_say_so()
    {
        var coupling = CouplingGraph.Build(Transformer()).Freeze([HiddenWidth, Heads, Kind.Value]);
        Assert.Equal("left whole by freeze hidden-width", coupling.Groups[coupling.Position("embed")].FrozenReason);
        Assert.Equal(
            "left whole by freeze heads", coupling.Groups[coupling.Position("attention.in_proj")].FrozenReason);
        Assert.Null(coupling.Groups[coupling.Position("mlp.0")].FrozenReason);
        Assert.Equal("output of the network", coupling.Groups[coupling.Position("head")].FrozenReason);
    }

    [Fact]
    public void A_search_cuts_what_policies_and_kinds_leave()
    {
        var graph = Transformer();
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var options = OneCycleOptions.Paper
            with
        { Target = 0.2, Heads = CouplingPolicy.SameIndex, Freeze = [HiddenWidth, QueryKey] };
        var search = new SubnetworkSearch(graph, options);
        var kept = search.Find(parameters).Subnetwork.Kept;
        foreach (var (group, channels) in search.Coupling.Groups.Zip(kept))
        {
            Assert.Equal(group.Channels, group.Kind is Kind.Value or MlpWidth ? group.Channels : channels.Length);
        }

        Assert.Equal(
            [Kind.Value, MlpWidth],
            search.Coupling.Groups.Where(group => group.IsPrunable).Select(group => group.Kind!.Value));
    }

    private static IEnumerable<(string, int, GroupKind?)> Kinds(CouplingGraph coupling) =>
        coupling.Groups.Where(group => group.IsPrunable).Select(group => (group.Name, group.Channels, group.Kind));
}
