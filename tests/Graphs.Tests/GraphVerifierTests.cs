namespace Ocs.Graphs.Tests;

public sealed class GraphVerifierTests
{
    private readonly Graph _graph = Networks.Residual();

    [Fact]
    public void Every_random_network_is_legal() => Properties.HoldForRandomGraphs(100, random =>
    {
        var graph = random.Build();
        GraphVerifier.Verify(graph);
        Assert.Equal(random.Build().ToString(), graph.ToString());
    });

    [Fact]
    public void Names_of_nodes_and_parameters_are_unique()
    {
        Assert.Equal(
            "Network 'tiny' has two nodes named 'conv'.",
            ErrorOf(WithNode(4, node => node with { Name = "conv" })));
        Assert.Equal(
            "Network 'tiny' has two parameters named 'bn.bias'.",
            ErrorOf(_graph with { Parameters = _graph.Parameters.SetItem(0, _graph.Parameter("bn.bias")) }));
    }

    [Theory]
    [InlineData(3, "Node 'bn' reads value %3, which is not made before it.")]
    [InlineData(2, "Node 'bn' reads value %2, which is not made before it.")]
    [InlineData(99, "Node 'bn' reads value %99, which is not made before it.")]
    [InlineData(-1, "Node 'bn' reads a value with a negative number.")]
    [InlineData(-2, "Node 'bn' reads a value with a negative number.")]
    public void A_node_reads_earlier_values_only(int input, string sentence)
    {
        Assert.Equal(sentence, ErrorOf(WithNode(2, node => node with { Inputs = [input] })));
    }

    [Fact]
    public void A_stated_shape_is_the_inferred_one()
    {
        Assert.Equal(
            "Node 'pool' states shape [1, 4, 2, 2], but its inputs give [1, 4, 1, 1].",
            ErrorOf(WithNode(7, node => node with { Shape = [1, 4, 2, 2] })));
    }

    [Fact]
    public void A_parameter_exists_is_used_and_fits()
    {
        Assert.Equal(
            "Network 'tiny' has no parameter 'conv.w'.", ErrorOf(
                WithNode(1, node => node with { Parameters = ["conv.w"] })));
        Assert.Equal(
            "Parameter 'conv2.bias' of network 'tiny' is used by no node.",
            ErrorOf(WithNode(4, node => node with { Parameters = ["conv2.weight"] })));
        Assert.Equal(
            "Node 'conv2': weight [4, 2, 3, 3] with 1 group(s) does not fit input [1, 4, 4, 4].",
            ErrorOf(WithNode(4, node => node with { Parameters = ["conv.weight", "conv2.bias"] })));
    }

    [Fact]
    public void At_least_one_value_is_the_output()
    {
        const string Sentence = "Network 'tiny' must name at least one of its values as output.";
        Assert.Equal(Sentence, ErrorOf(_graph with { Outputs = [] }));
        Assert.Equal(Sentence, ErrorOf(_graph with { Outputs = [10] }));
        Assert.Equal(Sentence, ErrorOf(_graph with { Outputs = [-1] }));
    }

    [Fact]
    public void Sizes_and_costs_that_cannot_be_counted_are_refused()
    {
        var g = new GraphBuilder("wide");
        var x = g.Relu("relu", g.Input("input", 1 << 23));
        Assert.Equal(
            "The sizes of all values and parameters of network 'wide' add up to 16777218, "
            + "and at most 16777216 are possible; give it smaller inputs.",
            Assert.Throws<OcsInputException>(() => g.Build(x)).Message);

        g = new("deep");
        x = g.Linear("fc", g.Input("input", 1 << 21, 1 << 21), 1 << 21, bias: false);
        Assert.Equal(
            "Network 'deep' has more multiply-accumulates or parameters than 64 bits count.",
            Assert.Throws<OcsInputException>(() => g.Build(x)).Message);
    }

    [Fact]
    public void The_builder_verifies_what_it_builds()
    {
        var g = new GraphBuilder("twice");
        var x = g.Relu("same", g.Input("input", 1, 2, 2));
        x = g.Relu("same", x);
        Assert.Equal(
            "Network 'twice' has two nodes named 'same'.",
            Assert.Throws<OcsInputException>(() => g.Build(x)).Message);
        Assert.Equal(
            "Node 'big': kernel 5x5 is larger than input [1, 1, 2, 2].",
            Assert.Throws<OcsInputException>(() => g.Conv2d("big", x, 1, 5)).Message);
    }

    private Graph WithNode(int index, Func<Node, Node> change) =>
        _graph with { Nodes = _graph.Nodes.SetItem(index, change(_graph.Nodes[index])) };

    private static string ErrorOf(Graph graph) =>
        Assert.Throws<OcsInputException>(() => GraphVerifier.Verify(graph)).Message;
}
