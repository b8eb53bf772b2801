using Ocs.Formats.Onnx.Import;
using Ocs.Formats.Onnx.Import.Patterns;

namespace Ocs.Formats.Tests.Onnx.Import.Patterns;

public sealed class NormPatternTests
{
    [Fact]
    public void What_PyTorch_writes_of_a_layer_norm_is_one_again()
    {
        var g = new HandMade();
        var norm = LayerNorm(g, g.Input("x", 1, 5, 8));
        var product = g.Node("Mul", [norm, g.Weight("weight", [8], 2)], [1, 5, 8]);
        var node = g.Single(g.Node("Add", [product, g.Weight("bias", [8], 3)], [1, 5, 8]));

        Assert.True(node.Is("LayerNormalization"));
        Assert.Equal(["x", "weight", "bias"], node.Inputs.ToArray());
        Assert.Equal(-1, node.Int("axis", 0));
        Assert.Equal(1e-5f, (float)node.Float("epsilon", 0));
    }

    [Fact]
    public void Several_last_dimensions_and_no_weights_are_one_too()
    {
        var g = new HandMade();
        var node = g.Single(LayerNorm(g, g.Input("x", 1, 4, 6, 6), 4, -2, -1));

        Assert.Equal(["x"], node.Inputs.ToArray());
        Assert.Equal(-2, node.Int("axis", 0));
    }

    [Fact]
    public void Axes_may_be_an_input_and_positive_the_square_a_product_and_the_root_reciprocal()
    {
        var g = new HandMade(18);
        var x = g.Input("x", 1, 5, 8);
        var axes = g.Integers(2);
        var deviation = g.Node("Sub", [x, g.Node("ReduceMean", [x, axes], [1, 5, 1])], [1, 5, 8]);
        var variance = g.Node("ReduceMean", [g.Node("Mul", [deviation, deviation], [1, 5, 8]), axes], [1, 5, 1]);
        var root = g.Node("Sqrt", [g.Node("Add", [g.Scalar(1e-6f), variance], [1, 5, 1])], [1, 5, 1]);
        var inverse = g.Node("Reciprocal", [root], [1, 5, 1]);
        var norm = g.Node("Mul", [inverse, deviation], [1, 5, 8]);
        var node = g.Single(g.Node("Mul", [g.Weight("weight", [8], 2), norm], [1, 5, 8]));

        Assert.Equal(["x", "weight"], node.Inputs.ToArray());
        Assert.Equal(1e-6f, (float)node.Float("epsilon", 0));
    }

    [Fact]
    public void A_factor_that_is_no_weight_of_the_norm_stays_outside()
    {
        var g = new HandMade();
        var norm = LayerNorm(g, g.Input("x", 1, 5, 8));
        Assert.Equal(
            ["LayerNormalization", "Mul"],
            g.Types(g.Node("Mul", [norm, g.Weight("gate", [5, 1], 2)], [1, 5, 8])));
    }

    [Fact]
    public void Means_over_other_dimensions_are_no_layer_norm()
    {
        var g = new HandMade();
        Assert.Equal(7, g.Types(LayerNorm(g, g.Input("x", 1, 5, 8), 3, 1)).Length);

        g = new HandMade();
        var x = g.Input("x", 1, 5, 8);
        var y = g.Input("y", 1, 5, 8);
        var deviation = g.Node("Sub", [x, g.Node("ReduceMean", [y], [1, 5, 1], ("axes", new[] { -1 }))], [1, 5, 8]);
        Assert.DoesNotContain("LayerNormalization", g.Types(Quotient(g, deviation, 3, -1)));
    }

    [Fact]
    public void Group_norm_by_instance_norm_of_groups_is_one_again()
    {
        var g = new HandMade();
        var x = g.Input("x", 1, 8, 6, 6);
        var groups = g.Node("Reshape", [x, g.Integers(0, 2, -1)], [1, 2, 144]);
        var norm = g.Node(
            "InstanceNormalization", [groups, g.Weight("ones", [2], 1), g.Weight("zeros", [2], 0)],
            [1, 2, 144], ("epsilon", 1e-3f));
        var back = g.Node("Reshape", [norm, g.Integers(1, 8, 6, 6)], [1, 8, 6, 6]);
        var product = g.Node("Mul", [back, g.Weight("weight", [8, 1, 1], 2)], [1, 8, 6, 6]);
        var graph = g.Graph(g.Node("Add", [product, g.Weight("bias", [8, 1, 1], 3)], [1, 8, 6, 6]), OnnxPatterns.Apply);
        var node = Assert.Single(graph.Nodes);

        Assert.True(node.Is("GroupNormalization"));
        Assert.Equal(2, node.Int("num_groups", 0));
        Assert.Equal(1e-3f, (float)node.Float("epsilon", 0));
        Assert.Equal("x", node.Inputs[0]);
        OnnxTensor[] parameters = [.. node.Inputs[1..].Select(input => graph.Constant(input)!)];
        Assert.Equal(["weight", "bias"], parameters.Select(parameter => parameter.Name));
        Assert.All(parameters, parameter => Assert.Equal([8L], parameter.Shape.ToArray()));
    }

    [Fact]
    public void An_instance_norm_with_weights_of_its_own_is_no_group_norm()
    {
        var g = new HandMade();
        var groups = g.Node("Reshape", [g.Input("x", 1, 8, 6, 6), g.Integers(0, 2, -1)], [1, 2, 144]);
        var norm = g.Node(
            "InstanceNormalization", [groups, g.Weight("scale", [2], 1, 2), g.Weight("zeros", [2], 0)], [1, 2, 144]);
        Assert.Equal(3, g.Types(g.Node("Reshape", [norm, g.Integers(1, 8, 6, 6)], [1, 8, 6, 6])).Length);
    }

    // As torch.onnx writes it.
    private static string LayerNorm(HandMade g, string x, int rank = 3, params int[] axes)
    {
        axes = axes.Length == 0 ? [-1] : axes;
        var mean = g.Node("ReduceMean", [x], Reduced(rank, axes), ("axes", axes));
        return Quotient(g, g.Node("Sub", [x, mean], Full(rank)), rank, axes);
    }

    private static string Quotient(HandMade g, string deviation, int rank, params int[] axes)
    {
        var square = g.Node("Pow", [deviation, g.Scalar(2)], Full(rank));
        var variance = g.Node("ReduceMean", [square], Reduced(rank, axes), ("axes", axes));
        var root = g.Node(
            "Sqrt", [g.Node("Add", [variance, g.Scalar(1e-5f)], Reduced(rank, axes))], Reduced(rank, axes));
        return g.Node("Div", [deviation, root], Full(rank));
    }

    private static long[] Full(int rank) => rank == 3 ? [1, 5, 8] : [1, 4, 6, 6];

    private static long[] Reduced(int rank, int[] axes) =>
        [.. Full(rank).Select(
            (size, dimension) => axes.Contains(dimension) || axes.Contains(dimension - rank) ? 1 : size)];
}
