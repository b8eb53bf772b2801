using Ocs.Graphs;
using Ocs.Zoo;

namespace Ocs.Formats.Tests;

/// <summary>Files of earlier versions know functions by names that end in ".out".</summary>
public sealed class OlderNetworksTests
{
    [Fact]
    public void A_network_of_the_zoo_has_the_functions_that_it_had()
    {
        foreach (var model in Models.All)
        {
            var graph = Models.Build(model.Name);
            var older = graph with { Nodes = [.. graph.Nodes.Select(node => node with { IsFunction = false })] };

            Assert.Equal(Functions(graph), Functions(OlderNetworks.WithFunctions(older)));
        }

        static IEnumerable<string> Functions(Graph graph) =>
            graph.Nodes.Where(node => node.IsFunction).Select(node => node.Name);
    }

    [Fact]
    public void Marks_and_names_of_other_files_count_as_they_are()
    {
        var g = new GraphBuilder("own");
        var x = g.Relu("b.out", g.AsFunction(g.Relu("a", g.Input("image", 1, 2, 2))));
        var marked = g.Build(x);
        var unmarked = marked with { Nodes = [.. marked.Nodes.Select(node => node with { IsFunction = false })] };

        Assert.Equal([false, true, false], Marks(marked));
        Assert.Equal([false, false, true], Marks(unmarked));
        Assert.Equal([false, false, false], Marks(SmallGraphs.WithOrigin(unmarked)));

        static IEnumerable<bool> Marks(Graph graph) =>
            OlderNetworks.WithFunctions(graph).Nodes.Select(node => node.IsFunction);
    }
}
