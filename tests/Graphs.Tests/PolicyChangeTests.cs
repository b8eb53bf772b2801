using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests;

/// <summary>Networks under other policies than they were built with.</summary>
public sealed class PolicyChangeTests
{
    private static readonly GroupPolicy[] Grouped = [GroupPolicy.WholeGroups, GroupPolicy.SameIndex];

    [Fact]
    public void Grouped_layers_and_norms_take_the_policy()
    {
        var g = new GraphBuilder("grouped");
        var x = g.Conv2d("conv", g.Input("input", 4, 2, 2), 8, 1, groups: 2);
        x = g.GroupNorm("norm", g.ConvTranspose2d("up", x, 4, 2, groups: 2), 2);
        var graph = g.Build(g.Conv2d("last", x, 2, 1));
        foreach (var policy in Grouped)
        {
            var after = graph.WithPolicies(heads: null, policy);
            Assert.Equal(policy, ((Conv2d)Node(after, "conv")).Policy);
            Assert.Equal(policy, ((ConvTranspose2d)Node(after, "up")).Policy);
            Assert.Equal(policy, ((GroupNorm)Node(after, "norm")).Policy);
            Assert.Equal(graph.WithPolicies(null, null).ToString(), after.ToString());
        }

        Assert.Same(graph, graph.WithPolicies(heads: null, groups: null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_reshapes_around_attention_take_the_policy_and_no_others(bool composed)
    {
        var g = new GraphBuilder("attention");
        var x = g.Linear("embed", g.Input("input", 4, 3), 6);
        x = composed ? Composed(g, x) : g.MultiHeadAttention("attention", x, heads: 2);
        x = g.Reshape("pairs", x, [1, 2, 2, 6]);
        x = g.Flatten("merge", x, 2, 3, SplitPolicy.SameInner);
        var graph = g.Build(g.Linear("head", g.Select("first", x, 1, 0), 2));

        foreach (var policy in new[] { SplitPolicy.SameInner, SplitPolicy.WholeOuter })
        {
            var after = graph.WithPolicies(policy, groups: null);
            var reshapes = after.Nodes.Where(node => node.Operator is Reshape).ToLookup(
                node => node.Name.StartsWith("attention.", StringComparison.Ordinal), node =>
                    ((Reshape)node.Operator).Policy);
            Assert.Equal(4, reshapes[true].Count());
            Assert.All(reshapes[true], changed => Assert.Equal(policy, changed));
            Assert.Equal([SplitPolicy.WholeOuter, SplitPolicy.SameInner], reshapes[false]);
        }
    }

    // softmax(q kᵀ) v of three projections, by products of matrices.
    private static Value Composed(GraphBuilder g, Value x)
    {
        Value Heads(string part) => g.Transpose(
            $"attention.{part}.heads", g
                .Reshape($"attention.{part}.split", g.Linear($"attention.{part}", x, 6), [1, 4, 2, 3]), 1, 2);

        var scores = g.MatMul("attention.scores", Heads("q"), g.Transpose("attention.columns", Heads("k"), 2, 3));
        var attended = g.MatMul("attention.weighted", g.Softmax("attention.weights", scores, 3), Heads("v"));
        return g.Linear("attention.projection", g
            .Flatten("attention.merged", g.Transpose("attention.rows", attended, 1, 2), 2, 3), 6);
    }

    private static Operator Node(Graph graph, string name) => graph.Nodes.Single(node => node.Name == name).Operator;
}
