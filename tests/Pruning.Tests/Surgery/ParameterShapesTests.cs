using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;

namespace Ocs.Pruning.Tests.Surgery;

/// <summary>The shapes of a cut network's parameters tell what the cut network is.</summary>
public sealed class ParameterShapesTests
{
    [Fact]
    public void The_parameters_of_a_cut_network_give_the_cut_network_or_an_error_but_never_another()
    {
        var (cases, told) = (0, 0);
        Properties.HoldForRandomGraphs(150, random =>
        {
            var graph = random.Build();
            var coupling = CouplingGraph.Build(graph);
            var after = CutPlan.Create(coupling, coupling.RandomSubnetwork(random.Seed)).After;
            // Repeated and reordered channels cannot be told from fewer, padded ones not always; of the other networks
            // most must be.
            var tells = !graph.Nodes.Any(
                node => node.Operator is ChannelShuffle or SelectChannels or PadChannels or Expand or Affine);
            cases += tells ? 1 : 0;
            try
            {
                Assert.Equal(after.ToString(), graph.WithParameterShapes(ShapesOf(after)).ToString());
                told += tells ? 1 : 0;
            }
            catch (OcsInputException error)
            {
                // Where the shapes do not tell, or what they tell of one operator does not fit the next.
                Assert.StartsWith("Node '", error.Message, StringComparison.Ordinal);
            }
        });
        Assert.InRange(told, cases * 8 / 10, cases);
    }

    [Fact]
    public void Depthwise_groups_and_ranges_follow()
    {
        var after = Narrowed(("stem.weight", [3, 1, 1, 1]), ("depthwise.weight", [3, 1, 3, 3]),
            ("low.weight", [2, 1, 1, 1]), ("high.weight", [2, 2, 1, 1]));

        Assert.Contains(
            "depthwise = Conv2d(stride 1, padding 1, groups 3)", after.ToString(), StringComparison.Ordinal);
        Assert.Contains("first = Slice(dimension 1, 0..1)", after.ToString(), StringComparison.Ordinal);
        Assert.Contains("rest = Slice(dimension 1, 1..3)", after.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stem.weight",
        new long[] { 3, 1, 1, 1 },
        "Node 'depthwise': weight [6, 1, 3, 3] with 6 group(s) does not fit input [1, 3, 3, 3].")]
    [InlineData("stem.weight",
        new long[] { 7, 1, 1, 1 },
        "Parameter 'stem.weight' of shape [6, 1, 1, 1] cannot become [7, 1, 1, 1]: it may be narrower, "
        + "but of the same rank and with the same kernel.")]
    [InlineData("depthwise.weight", new long[] { 6, 1, 1, 1 }, "cannot become [6, 1, 1, 1]")]
    [InlineData("stem.weight", new long[] { 0, 1, 1, 1 }, "cannot become [0, 1, 1, 1]")]
    [InlineData("stem.weight", new long[] { 6 }, "cannot become [6]")]
    [InlineData("low.weight", new long[] { 1, 2, 1, 1 }, "Node 'add': cannot add [1, 1, 3, 3] and [1, 2, 3, 3].")]
    [InlineData("nothing", new long[] { 6 }, "has no parameter 'nothing'")]
    public void Shapes_that_do_not_fit_together_name_the_first_node(string name, long[] shape, string because) =>
        Assert.Contains(
            because, Assert.Throws<OcsInputException>(() => Narrowed((name, shape))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_output_keeps_its_shape() => Assert.Contains(
        "Node 'add' is an output of shape [1, 2, 3, 3], but would be [1, 1, 3, 3].",
        Assert.Throws<OcsInputException>(() =>
            Narrowed(("low.weight", [1, 2, 1, 1]), ("high.weight", [1, 4, 1, 1]))).Message,
        StringComparison.Ordinal);

    // 3 + 2 channels of zeros beside 4: the widths of what they are added to tell how many stay, not always on which
    // side.
    [Theory]
    [InlineData(2, 7, "PadChannels(3 before, 2 after)")]
    [InlineData(2, 2, "PadChannels(0 before, 0 after)")]
    [InlineData(4, 9, "PadChannels(3 before, 2 after)")]
    [InlineData(3, 7, null)]
    [InlineData(4, 5, null)]
    [InlineData(4, 3, null)]
    [InlineData(2, 8, null)]
    public void Channels_of_zeros_are_known_where_all_or_none_stay(int stem, int wide, string? expected)
    {
        var g = new GraphBuilder("padded");
        var x = g.Conv2d("stem", g.Input("input", 1, 4, 4), 4, 1);
        var sum = g.Add("add", g.Conv2d("wide", x, 9, 1), g.PadChannels("pad", x, 3, 2));
        var graph = g.Build(g.Conv2d("head", g.Relu("relu", sum), 2, 1));
        Dictionary<string, ImmutableArray<long>> shapes = new()
        {
            ["stem.weight"] = [stem, 1, 1, 1],
            ["wide.weight"] = [wide, stem, 1, 1],
            ["head.weight"] = [2, wide, 1, 1],
        };
        if (expected is null)
        {
            Assert.Equal(
                "Node 'pad': which of its channels of zeros stay cannot be known from the parameters' shapes.",
                Assert.Throws<OcsInputException>(() => graph.WithParameterShapes(shapes)).Message);
            return;
        }

        Assert.Contains($"pad = {expected}", graph.WithParameterShapes(shapes).ToString(), StringComparison.Ordinal);
    }

    private static Graph Narrowed(params (string Name, long[] Shape)[] shapes)
    {
        var g = new GraphBuilder("follow");
        var x = g.Conv2d("stem", g.Input("input", 1, 3, 3), 6, 1);
        x = g.Conv2d("depthwise", x, 6, 3, padding: 1, groups: 6);
        var low = g.Conv2d("low", g.Slice("first", x, 1, 0, 2), 2, 1);
        var high = g.Conv2d("high", g.Slice("rest", x, 1, 2, 4), 2, 1);
        var graph = g.Build(g.Add("add", low, high));
        return graph.WithParameterShapes(shapes.ToDictionary(pair => pair.Name, pair => pair.Shape.ToImmutableArray()));
    }

    private static Dictionary<string, ImmutableArray<long>> ShapesOf(Graph graph) =>
        graph.Parameters.ToDictionary(spec => spec.Name, spec => spec.Shape, StringComparer.Ordinal);
}
