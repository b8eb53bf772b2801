using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;

namespace Ocs.Graphs.Tests.Passes;

/// <summary>Which values are residual branches, and how often each is dropped.</summary>
public sealed class ResidualDropsTests
{
    [Fact]
    public void Branches_are_what_is_added_to_a_value_that_they_are_computed_from()
    {
        var g = new GraphBuilder("residual");
        var x = g.Conv2d("stem", g.Input("input", 2, 4, 4), 4, 1);
        x = g.Add("first", g.Conv2d("a", x, 4, 1), x);
        x = g.Add("projection", g.Conv2d("b", x, 6, 1), g.Conv2d("shortcut", x, 6, 1));
        x = g.Add("second", x, g.Relu("relu", g.Conv2d("c", x, 6, 1)));
        x = g.Add("third", x, g.StochasticDepth("depth", g.Conv2d("d", x, 6, 1), 0.5));
        var graph = g.Build(g.Add("doubled", x, x));

        var dropped = ResidualDrops.With(graph, 0.2);

        Assert.Equal(
            [("first.stochastic_depth", 0), ("second.stochastic_depth", 0.1), ("depth", 0.2)],
            dropped.Nodes.Where(node => node.Operator is StochasticDepth)
                .Select(node => (node.Name, ((StochasticDepth)node.Operator).Probability)));
        Assert.Equal("a", InputsOf("first.stochastic_depth").Single());
        Assert.Equal(["first.stochastic_depth", "stem"], InputsOf("first"));
        Assert.Equal(["b", "shortcut"], InputsOf("projection"));
        Assert.Equal(["projection", "second.stochastic_depth"], InputsOf("second"));
        Assert.Equal(dropped.Nodes.Length - 1, dropped.Outputs.Single());

        // Again: the same places, other probabilities.
        var again = ResidualDrops.With(dropped, 0);
        Assert.Equal(dropped.Nodes.Select(node => node.Name), again.Nodes.Select(node => node.Name));
        Assert.All(
            again.Nodes.Select(node => node.Operator).OfType<StochasticDepth>(),
            drop => Assert.Equal(0, drop.Probability));

        IEnumerable<string> InputsOf(string name) =>
            dropped.Nodes.Single(node => node.Name == name).Inputs.Select(input => dropped.Nodes[input].Name);
    }

    [Fact]
    public void A_network_without_branches_is_refused()
    {
        var g = new GraphBuilder("plain");
        var graph = g.Build(g.Conv2d("conv", g.Input("input", 2, 4, 4), 4, 1));
        Assert.Equal(
            "Network 'plain' has no residual branches that stochastic depth could drop; leave it out.",
            Assert.Throws<OcsInputException>(() => ResidualDrops.With(graph, 0.1)).Message);
    }
}
