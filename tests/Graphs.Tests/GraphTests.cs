namespace Ocs.Graphs.Tests;

public sealed class GraphTests
{
    private readonly Graph _graph = Networks.Residual();

    [Fact]
    public void As_text_it_is_one_node_a_line()
    {
        const string Expected = """
            tiny: 3,468 MACs, 243 parameters
            %0 input = Input() [1, 2, 4, 4]
            %1 conv = Conv2d(stride 1, padding 1)(%0) [1, 4, 4, 4]
            %2 bn = BatchNorm2d(%1) [1, 4, 4, 4]
            %3 relu = Relu(%2) [1, 4, 4, 4]
            %4 conv2 = Conv2d(stride 1, padding 1)(%3) [1, 4, 4, 4]
            %5 add = Add(%4, %3) [1, 4, 4, 4]
            %6 out = Relu(%5) [1, 4, 4, 4]
            %7 pool = AdaptiveAveragePool2d(1)(%6) [1, 4, 1, 1]
            %8 flatten = Flatten(%7) [1, 4]
            %9 fc = Linear(%8) [1, 3] -> output

            """;
        Assert.Equal(Expected, _graph.ToString());
    }

    [Fact]
    public void Every_operator_shows_its_attributes()
    {
        var g = new GraphBuilder("all");
        var x = g.Input("input", 4, 9, 9);
        x = g.Conv2d("conv", x, 4, new Pair(3, 1), stride: new Pair(2, 1), padding: 1, groups: 2);
        x = g.Activation("leaky", x, Graphs.Operators.ActivationKind.LeakyRelu, 0.1);
        x = g.MaxPool2d("max", x, 3, 1, 1);
        x = g.AveragePool2d("average", x, 2);
        x = g.Concat("concat", 1, x, x);
        x = g.Dropout("dropout", g.Slice("slice", x, 1, 2, 5), 0.5);
        Assert.Equal(
            [
                "Input", "Conv2d(stride 2x1, padding 1, groups 2)",
                "LeakyRelu(0.1)", "MaxPool2d(3, stride 1, padding 1)", "AveragePool2d(2, stride 2, padding 0)",
                "Concat(dimension 1)", "Slice(dimension 1, 2..7)", "Dropout(0.5)",
            ],
            g.Build(x).Nodes.Select(node => node.Operator.ToString()));
        Assert.Equal("Conv2d(stride 1, padding 0, dilation 2)", new Graphs.Operators.Conv2d(1, 0, 2, 1).ToString());
    }

    [Fact]
    public void Macs_and_parameters_are_those_of_the_layers()
    {
        // conv: 4x2x3x3 at 16 positions, conv2: 4x4x3x3 at 16 positions and 4 biases, fc: 3x4 and 3 biases, bn: 2x4.
        Assert.Equal(72 * 16 + 144 * 16 + 12, _graph.Macs);
        Assert.Equal(72 + 144 + 4 + 12 + 3 + 8, _graph.ParameterCount);
        Assert.Equal(72 * 16, _graph.MacsOf(1));
        Assert.Equal(0, _graph.MacsOf(5));
    }

    [Fact]
    public void Parameters_are_found_by_name()
    {
        Assert.True(_graph.HasParameter("bn.running_var"));
        Assert.Equal([4L, 2, 3, 3], _graph.Parameter("conv.weight").Shape.ToArray());
        var error = Assert.Throws<OcsInputException>(() => _graph.Parameter("conv.wieght"));
        Assert.Equal("Network 'tiny' has no parameter 'conv.wieght'.", error.Message);
    }

    [Fact]
    public void A_changed_copy_knows_its_own_parameters()
    {
        Assert.Equal([4L, 2, 3, 3], _graph.Parameter("conv.weight").Shape.ToArray());
        var narrow = _graph with { Parameters = [.. _graph.Parameters.Select(spec => spec with { Shape = [1] })] };
        Assert.Equal([1L], narrow.Parameter("conv.weight").Shape.ToArray());
        Assert.Equal([4L, 2, 3, 3], _graph.Parameter("conv.weight").Shape.ToArray());
    }

    [Fact]
    public void Its_inputs_are_the_nodes_that_the_caller_gives_values_for()
    {
        Assert.Equal(["input"], _graph.InputNodes.Select(node => node.Name));
    }
}
