using Ocs.Formats.Onnx.Import;
using Ocs.Formats.Onnx.Import.Folding;
using Ocs.Formats.Onnx.Import.Patterns;

namespace Ocs.Formats.Tests.Onnx.Import.Patterns;

public sealed class CausalMaskTests
{
    private static readonly long[] Scores = [1, 2, 5, 5];

    private readonly HandMade _g = new();

    [Theory]
    [InlineData(float.NegativeInfinity, true)]
    [InlineData(float.MinValue, true)]
    [InlineData(-10000, true)]
    [InlineData(-100, false)]
    public void A_constant_that_rules_out_later_positions_makes_attention_causal(float later, bool isCausal)
    {
        var node = Attention(_g.Node("Add", [Product(), _g.Weight("mask", [1, 1, 5, 5], Mask(later))], Scores));
        Assert.Equal(isCausal ? 1 : 0, node.Int("causal", 0));
        Assert.Equal(isCausal ? 3 : 4, node.Inputs.Length);
    }

    [Fact]
    public void A_mask_that_lets_a_later_position_through_stays_a_bias()
    {
        var mask = _g.Weight("mask", [5, 5], Mask(float.NegativeInfinity, after: 1));
        Assert.Equal(4, Attention(_g.Node("Add", [Product(), mask], Scores)).Inputs.Length);
    }

    // As masked_fill of PyTorch, and its opposite.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Scores_that_are_replaced_at_later_positions_make_attention_causal(bool fillsWhereTrue)
    {
        var (later, earlier) = fillsWhereTrue ? (1, 0) : (0, 1);
        var isLater = _g.Node(
            "Cast", [_g.Weight("later", [1, 1, 5, 5], Mask(later, earlier: earlier))], [1, 1, 5, 5], ("to", 9));
        var (scores, fill) = (Product(), _g.Scalar(float.NegativeInfinity));
        string[] inputs = fillsWhereTrue ? [isLater, fill, scores] : [isLater, scores, fill];
        var node = Attention(_g.Node("Where", inputs, Scores));
        Assert.Equal(1, node.Int("causal", 0));
        Assert.Equal(3, node.Inputs.Length);
    }

    private static float[] Mask(float later, int after = 0, float earlier = 0) =>
        [.. Enumerable.Range(0, 25).Select(place => place % 5 > (place / 5) + after ? later : earlier)];

    private string Product()
    {
        var keys = _g.Node("Transpose", [_g.Input("k", 1, 2, 5, 4)], [1, 2, 4, 5], ("perm", new[] { 0, 1, 3, 2 }));
        return _g.Node("MatMul", [_g.Input("q", 1, 2, 5, 4), keys], Scores);
    }

    private OnnxNode Attention(string scores)
    {
        var weights = _g.Node("Softmax", [scores], Scores, ("axis", -1));
        var graph = _g.Graph(_g.Node("MatMul", [weights, _g.Input("v", 1, 2, 5, 3)], [1, 2, 5, 3]));
        ConstantFolding.Apply(graph);
        OnnxPatterns.Apply(graph);
        var node = Assert.Single(graph.Nodes);
        Assert.Equal(("ScaledDotProductAttention", OnnxNode.Ours), (node.Type, node.Domain));
        return node;
    }
}
