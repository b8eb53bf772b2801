using Ocs.Graphs.Operators;
using Ocs.Graphs.Passes;

namespace Ocs.Graphs.Tests.Passes;

public sealed class NewClassesTests
{
    [Fact]
    public void The_last_layer_gets_rows_for_other_classes_and_nothing_else_changes()
    {
        var graph = Network(g => g.Add("softmax", new Softmax(1), [g.Linear("fc", Features(g), 7)], []));

        var (changed, drawn) = NewClasses.Apply(graph, 5);

        Assert.Equal(["fc.weight", "fc.bias"], drawn.AsEnumerable());
        Assert.Equal([1L, 5], changed.Nodes[changed.Outputs[0]].Shape.AsEnumerable());
        Assert.Equal((5L, 5L), (changed.Parameter("fc.weight").Shape[0], changed.Parameter("fc.bias").Shape[0]));
        Assert.Equal(graph.Parameter("conv.weight"), changed.Parameter("conv.weight"));
        Assert.Equal(graph.Nodes.Select(node => node.Name), changed.Nodes.Select(node => node.Name));
    }

    [Fact]
    public void A_network_that_does_not_end_in_a_layer_of_classes_is_refused()
    {
        var graph = Network(g =>
        {
            var fc = g.Linear("fc", Features(g), 7);
            return g.Add("sum", fc, fc);
        });

        Assert.Contains(
            "does not end in a linear layer with a row for each class",
            Assert.Throws<OcsInputException>(() => NewClasses.Apply(graph, 5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_convolution_before_the_mean_is_such_a_layer()
    {
        var (changed, drawn) = NewClasses.Apply(Network(Features), 9);

        Assert.Equal((1, 9L), (drawn.Length, changed.Nodes[changed.Outputs[0]].Shape[1]));
    }

    [Fact]
    public void What_a_file_said_in_words_is_dropped_and_its_names_stay()
    {
        var graph = Network(g => g.Linear("fc", Features(g), 7)) with
        {
            Origin = new([new("image", "Float", ["n", null, null, null])], [new("scores", "Float", ["n", null])])
            {
                Opset = 13,
                WeightType = "Float",
                GraphName = "net",
                Metadata = [new("names", "seven of them")],
            },
        };

        var origin = NewClasses.Apply(graph, 5).Graph.Origin!;

        Assert.Empty(origin.Metadata);
        Assert.Equal("scores", origin.Outputs[0].Name);
    }

    private static Graph Network(Func<GraphBuilder, Value> build)
    {
        var g = new GraphBuilder("small");
        return g.Build(build(g));
    }

    private static Value Features(GraphBuilder g) =>
        g.Flatten("flatten", g.AdaptiveAveragePool2d("pool", g.Conv2d("conv", g.Input("input", 3, 8, 8), 4, 3), 1));
}
