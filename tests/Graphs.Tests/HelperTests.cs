using System.Collections.Immutable;
using Ocs.Graphs.Operators;

namespace Ocs.Graphs.Tests;

/// <summary>What passes and cuts ask a graph for.</summary>
public sealed class HelperTests
{
    private readonly Graph _graph = Networks.Residual();

    // The input, conv, bn, relu (conv2 and add), conv2, add, out, pool, flatten, and the output.
    [Fact]
    public void Readers_are_inputs_of_nodes_and_outputs_of_the_network()
    {
        Assert.Equal([1, 1, 1, 2, 1, 1, 1, 1, 1, 1], _graph.ReaderCounts().ToArray());
        Assert.Equal([1, 1, 1, 2, 1, 1, 1, 1, 1, 2], (_graph with { Outputs = [9, 9] }).ReaderCounts().ToArray());
    }

    [Fact]
    public void The_axes_of_a_node_are_those_of_inputs_output_and_parameters()
    {
        var shapes = new NodeShapes("node", [[1, 2]], [[3], []], [1, 3]);
        Assert.Equal(
            [Axis.Input(0, 0), Axis.Input(0, 1), Axis.Output(0), Axis.Output(1), Axis.Parameter(0, 0)], shapes.Axes());
        Assert.Equal([1L, 2, 1, 3, 3], shapes.Axes().Select(shapes.Size));
    }

    [Fact]
    public void Elements_are_counted_as_far_as_64_bits_go()
    {
        Assert.Equal(1, NodeShapes.ElementCount([]));
        Assert.Equal(24, NodeShapes.ElementCount([2, 3, 4]));
        Assert.Throws<OverflowException>(() => NodeShapes.ElementCount([1L << 32, 1L << 31]));
    }

    [Fact]
    public void A_rewrite_gives_every_value_the_shape_that_follows()
    {
        var twice = _graph.Rewrite(
            With(spec => spec.Name.StartsWith("fc.", StringComparison.Ordinal) ? spec.Shape.SetItem(0, 6) : spec.Shape),
            (node, shapes) => _graph.Nodes[node].Operator is AdaptiveAveragePool2d && shapes.Inputs[0][2] == 4
                ? new AdaptiveMaxPool2d(1)
                : _graph.Nodes[node].Operator);

        Assert.Equal("AdaptiveMaxPool2d(1)", twice.Nodes[7].Operator.ToString());
        Assert.Equal([1L, 6], twice.Nodes[9].Shape.ToArray());
        var error = Assert.Throws<OcsInputException>(() => _graph.Rewrite(
            With(spec => spec.Name == "fc.weight" ? [3, 5] : spec.Shape), (node, _) => _graph.Nodes[node].Operator));
        Assert.Equal("Node 'fc': weight [3, 5] or its bias does not fit input [1, 4].", error.Message);
    }

    private ImmutableArray<ParameterSpec> With(Func<ParameterSpec, ImmutableArray<long>> shapeOf) =>
        [.. _graph.Parameters.Select(spec => spec with { Shape = shapeOf(spec) })];
}
