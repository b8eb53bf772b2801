using Ocs.Formats.Onnx.Import;
using Ocs.Formats.Onnx.Import.Patterns;

namespace Ocs.Formats.Tests.Onnx.Import.Patterns;

public sealed class AttentionPatternTests
{
    private readonly HandMade _g = new();

    [Fact]
    public void Softmax_of_scaled_products_is_attention_wherever_the_scale_stands()
    {
        foreach (var place in new[] { "queries", "keys", "scores", "both" })
        {
            var g = new HandMade();
            var (q, k, v) = (g.Input("q", 1, 2, 5, 4), g.Input("k", 1, 2, 7, 4), g.Input("v", 1, 2, 7, 3));
            var transposed = g.Node("Transpose", [k], [1, 2, 4, 7], ("perm", new[] { 0, 1, 3, 2 }));
            var left = place is "queries" or "both" ? g.Node("Mul", [q, g.Scalar(0.5f)], [1, 2, 5, 4]) : q;
            var right = place is "keys" or "both" ? g.Node("Div", [transposed, g.Scalar(2)], [1, 2, 4, 7]) : transposed;
            var scores = g.Node("MatMul", [left, right], [1, 2, 5, 7]);
            scores = place == "scores" ? g.Node("Div", [scores, g.Scalar(2)], [1, 2, 5, 7]) : scores;
            var weights = g.Node("Dropout", [g.Node("Softmax", [scores], [1, 2, 5, 7], ("axis", -1))], [1, 2, 5, 7]);
            var node = g.Single(g.Node("MatMul", [weights, v], [1, 2, 5, 3]));

            Assert.Equal(("ScaledDotProductAttention", OnnxNode.Ours), (node.Type, node.Domain));
            Assert.Equal(["q", "k", "v"], node.Inputs.ToArray());
            Assert.Equal(place == "both" ? 0.25 : 0.5, node.Float("scale", 0), 6);
        }
    }

    [Fact]
    public void Constant_biases_become_inputs_with_the_rank_of_the_queries()
    {
        var scores = _g.Node("Add", [Product(), _g.Weight("table", [2, 5, 5], 1)], [1, 2, 5, 5]);
        var graph = _g.Graph(Attend(scores), OnnxPatterns.Apply);
        var node = Assert.Single(graph.Nodes);

        Assert.Equal(["q", "k", "v"], node.Inputs[..3].ToArray());
        Assert.Equal([1L, 2, 5, 5], graph.ShapeOf(node.Inputs[3]).ToArray());
    }

    [Fact]
    public void A_bias_that_is_scaled_with_the_scores_is_left_as_it_is()
    {
        var sum = _g.Node("Add", [Product(), _g.Weight("table", [2, 5, 5], 1)], [1, 2, 5, 5]);
        Assert.Contains("Softmax", _g.Types(Attend(_g.Node("Mul", [sum, _g.Scalar(0.5f)], [1, 2, 5, 5]))));
    }

    [Fact]
    public void A_softmax_over_another_dimension_is_no_attention() =>
        Assert.Contains("Softmax", _g.Types(Attend(Product(), axis: 1)));

    [Fact]
    public void Einsum_over_windows_is_attention()
    {
        long[] shape = [1, 3, 2, 5, 4], square = [1, 3, 2, 5, 5];
        var (q, k, v) = (_g.Input("q", shape), _g.Input("k", shape), _g.Input("v", shape));
        var scaled = _g.Node("Mul", [k, _g.Scalar(0.5f)], shape);
        var scores = _g.Node("Einsum", [q, scaled], square, ("equation", "B G H I D, B G H J D -> B G H I J"));
        var sum = _g.Node("Add", [scores, _g.Weight("table", [1, 2, 5, 5], 1)], square);
        var weights = _g.Node("Softmax", [sum], square, ("axis", -1));
        var graph = _g.Graph(
            _g.Node("Einsum", [weights, v], shape, ("equation", "B G H I J, B G H J D -> B G H I D")),
            OnnxPatterns.Apply);
        var node = Assert.Single(graph.Nodes);

        Assert.Equal(["q", "k", "v"], node.Inputs[..3].ToArray());
        Assert.Equal([1L, 1, 2, 5, 5], graph.ShapeOf(node.Inputs[3]).ToArray());
    }

    [Fact]
    public void Swins_mask_lifts_attention_to_windows()
    {
        var (q, k, v) = (_g.Input("q", 1, 2, 5, 4), _g.Input("k", 1, 2, 5, 4), _g.Input("v", 1, 2, 5, 4));
        string Windows(string value) => _g.Node("Expand", [value, _g.Integers(3, 2, 5, 4)], [3, 2, 5, 4]);
        var transposed = _g.Node("Transpose", [Windows(k)], [3, 2, 4, 5], ("perm", new[] { 0, 1, 3, 2 }));
        var scores = _g.Node("MatMul", [Windows(q), transposed], [3, 2, 5, 5]);
        var biased = _g.Node("Add", [scores, _g.Weight("bias", [1, 2, 5, 5], 1)], [3, 2, 5, 5]);
        var lifted = _g.Node("Reshape", [biased, _g.Integers(1, 3, 2, 5, 5)], [1, 3, 2, 5, 5]);
        var masked = _g.Node("Add", [lifted, _g.Weight("mask", [1, 3, 1, 5, 5], 2)], [1, 3, 2, 5, 5]);
        var back = _g.Node("Reshape", [masked, _g.Integers(-1, 2, 5, 5)], [3, 2, 5, 5]);
        var weights = _g.Node("Softmax", [back], [3, 2, 5, 5], ("axis", -1));
        var graph = _g.Graph(_g.Node("MatMul", [weights, Windows(v)], [3, 2, 5, 4]), OnnxPatterns.Apply);

        var node = Assert.Single(graph.Nodes, node => node.Domain == OnnxNode.Ours);
        Assert.All(node.Inputs[..3], input => Assert.Equal([1L, 3, 2, 5, 4], graph.ShapeOf(input).ToArray()));
        Assert.Equal(
            [[1L, 3, 1, 5, 5], [1L, 1, 2, 5, 5]], node.Inputs[3..].Select(input => graph.ShapeOf(input).ToArray()));
        Assert.Equal([3L, 2, 5, 4], graph.ShapeOf(graph.Outputs[0]).ToArray());
        Assert.Equal(4, graph.Nodes.Count(each => each.Is("Reshape")));
    }

    [Fact]
    public void Heads_side_by_side_that_came_back_from_windows_are_no_patches()
    {
        var back = _g.Node("Reshape", [_g.Input("x", 1, 3, 2, 5, 4), _g.Integers(3, 2, 5, 4)], [3, 2, 5, 4]);
        var rows = _g.Node("Transpose", [back], [3, 5, 2, 4], ("perm", new[] { 0, 2, 1, 3 }));
        var graph = _g.Graph(_g.Node("Reshape", [rows, _g.Integers(3, 5, 8)], [3, 5, 8]), OnnxPatterns.Apply);
        Assert.False(graph.Nodes[^1].Has(PatchMerges.SameInner));
    }

    [Fact]
    public void PyTorchs_multi_head_attention_works_on_the_batch_first_again()
    {
        var x = _g.Input("x", 1, 5, 8);
        var sequence = _g.Node("Transpose", [x], [5, 1, 8], ("perm", new[] { 1, 0, 2 }));
        var product = _g.Node("MatMul", [sequence, _g.Weight("in", [8, 24], 1)], [5, 1, 24]);
        var packed = _g.Node("Add", [_g.Weight("in bias", [24], 1), product], [5, 1, 24]);
        string Heads(int part, params int[] perm)
        {
            var slice = _g.Node(
                "Slice", [packed, _g.Integers(8 * part), _g.Integers(8 * part + 8), _g.Integers(-1)], [5, 1, 8]);
            var split = _g.Node("Reshape", [slice, _g.Integers(5, 2, 4)], [5, 2, 4]);
            return _g.Node("Transpose", [split], perm[2] == 0 ? [2, 4, 5] : [2, 5, 4], ("perm", perm));
        }

        var scores = _g.Node(
            "MatMul", [_g.Node("Div", [Heads(0, 1, 0, 2), _g.Scalar(2)], [2, 5, 4]), Heads(1, 1, 2, 0)], [2, 5, 5]);
        var weights = _g.Node("Softmax", [scores], [2, 5, 5], ("axis", -1));
        var attended = _g.Node("MatMul", [weights, Heads(2, 1, 0, 2)], [2, 5, 4]);
        var rows = _g.Node(
            "Reshape",
            [_g.Node("Transpose", [attended], [5, 2, 4], ("perm", new[] { 1, 0, 2 })), _g.Integers(5, 8)], [5, 8]);
        var gemm = _g.Node(
            "Gemm", [rows, _g.Weight("out", [8, 8], 1), _g.Weight("out bias", [8], 1)], [5, 8], ("transB", 1));
        var back = _g.Node("Reshape", [gemm, _g.Integers(5, 1, 8)], [5, 1, 8]);
        var graph = _g.Graph(_g.Node("Transpose", [back], [1, 5, 8], ("perm", new[] { 1, 0, 2 })), OnnxPatterns.Apply);

        Assert.DoesNotContain(graph.Nodes, node => node.Is("Transpose") && node.Ints("perm")![0] != 0);
        Assert.All(
            graph.Nodes.Where(node => node.Is("Reshape")), node => Assert.Equal(1, graph.ShapeOf(node.Output)[0]));
        Assert.Equal(
            [
                "Linear", "Linear", "Reshape", "Reshape", "Reshape", "Reshape", "ScaledDotProductAttention",
                "Slice", "Slice", "Slice", "Transpose", "Transpose", "Transpose", "Transpose",
            ],
            graph.Nodes.Select(node => node.Type).Order(StringComparer.Ordinal));
        var attention = graph.Nodes.Single(node => node.Type == "ScaledDotProductAttention");
        Assert.Equal(0.5, attention.Float("scale", 0), 6);
        Assert.All(attention.Inputs, input => Assert.Equal([1L, 2, 5, 4], graph.ShapeOf(input).ToArray()));
        Assert.Equal(["out", "out bias"], graph.Nodes.Last(node => node.Type == "Linear").Inputs[1..].ToArray());
        Assert.Equal("x", graph.Nodes.First(node => node.Type == "Linear").Inputs[0]);
    }

    [Fact]
    public void Three_parts_in_front_of_the_batch_are_selected_behind_it()
    {
        var x = _g.Input("x", 1, 5, 3, 2, 4);
        var parts = _g.Node("Transpose", [x], [3, 1, 2, 5, 4], ("perm", new[] { 2, 0, 3, 1, 4 }));
        _g.Message.Initializer.Add(Scalar("one", 1));
        var graph = _g.Graph(_g.Node("Gather", [parts, "one"], [1, 2, 5, 4], ("axis", 0)), OnnxPatterns.Apply);

        Assert.Equal(["Gather", "Transpose"], graph.Nodes.Select(node => node.Type));
        Assert.Equal(2, graph.Nodes[0].Int("axis", 0));
        Assert.Equal([1L, 5, 2, 4], graph.ShapeOf(graph.Nodes[0].Output).ToArray());
        Assert.Equal([0L, 2, 1, 3], graph.Nodes[1].Ints("perm")!);
    }

    [Fact]
    public void A_part_of_features_that_is_selected_after_their_split_is_a_slice()
    {
        var split = _g.Node("Reshape", [_g.Input("x", 1, 5, 24), _g.Integers(1, 5, 3, 2, 4)], [1, 5, 3, 2, 4]);
        _g.Message.Initializer.Add(Scalar("last", -1));
        var graph = _g.Graph(_g.Node("Gather", [split, "last"], [1, 5, 2, 4], ("axis", 2)), OnnxPatterns.Apply);

        Assert.Equal(["Slice", "Reshape"], graph.Nodes.Select(node => node.Type));
        Assert.Equal(
            [16L, 24, 2], graph.Nodes[0].Inputs[1..].Select(input => graph.Constant(input)!.Integers.Single()));
        Assert.Equal([1L, 5, 8], graph.ShapeOf(graph.Nodes[0].Output).ToArray());
    }

    [Fact]
    public void A_part_that_unbind_gives_is_a_slice_of_the_features()
    {
        var split = _g.Node("Reshape", [_g.Input("x", 1, 5, 24), _g.Integers(1, 5, 3, 2, 4)], [1, 5, 3, 2, 4]);
        var turned = _g.Node("Transpose", [split], [3, 1, 2, 5, 4], ("perm", new[] { 2, 0, 3, 1, 4 }));
        var parts = _g.Node("Split", [turned], [1, 1, 2, 5, 4], ("axis", 0));
        _g.Message.Node[^1].Output.Add(["second", "third"]);
        var graph = _g.Graph(
            _g.Node("Mul", [Squeezed("second"), Squeezed("third")], [1, 2, 5, 4]), OnnxPatterns.Apply);

        Assert.DoesNotContain(graph.Nodes, node => node.Reads.Contains(parts));
        Assert.Equal(
            ["Mul", "Reshape", "Reshape", "Slice", "Slice", "Transpose", "Transpose"],
            graph.Nodes.Select(node => node.Type).Order(StringComparer.Ordinal));
        Assert.Equal(
            [8L, 16], graph.Nodes.Where(node => node.Is("Slice"))
                .Select(node => graph.Constant(node.Inputs[1])!.Integers.Single()).Order());

        string Squeezed(string part) => _g.Node("Squeeze", [part, _g.Integers(0)], [1, 2, 5, 4]);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_shuffle_of_channels_is_one_again(int second, bool isShuffle)
    {
        var x = _g.Input("x", 1, 8, 6, 6);
        var split = _g.Node("Reshape", [x, _g.Integers(1, 2, 4, 6, 6)], [1, 2, 4, 6, 6]);
        int[] order = second == 2 ? [0, 2, 1, 3, 4] : [0, 1, 2, 4, 3];
        var exchanged = _g.Node("Transpose", [split], second == 2 ? [1, 4, 2, 6, 6] : [1, 2, 4, 6, 6], ("perm", order));
        var types = _g.Types(_g.Node("Reshape", [exchanged, _g.Integers(1, 8, 6, 6)], [1, 8, 6, 6]));

        Assert.Equal(isShuffle ? ["ChannelShuffle"] : ["Reshape", "Transpose", "Reshape"], types);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(3, false)]
    public void Patches_side_by_side_keep_each_channel_in_every_part(int channels, bool isMerge)
    {
        var split = _g.Node("Reshape", [_g.Input("x", 1, 4, 6, 3), _g.Integers(1, 2, 2, 3, 2, 3)], [1, 2, 2, 3, 2, 3]);
        var patches = _g.Node("Transpose", [split], [1, 2, 3, 2, 2, 3], ("perm", new[] { 0, 1, 3, 4, 2, 5 }));
        long[] shape = isMerge ? [1, 2, 3, channels] : [1, 6, 4, channels];
        var graph = _g.Graph(_g.Node("Reshape", [patches, _g.Integers(shape)], shape), OnnxPatterns.Apply);

        Assert.Equal(isMerge ? 1 : 0, graph.Nodes[^1].Int(PatchMerges.SameInner, 0));
    }

    private static global::Onnx.TensorProto Scalar(string name, long value) => new()
    {
        Name = name,
        DataType = (int)global::Onnx.TensorProto.Types.DataType.Int64,
        Int64Data = { value },
    };

    private string Product()
    {
        var (q, k) = (_g.Input("q", 1, 2, 5, 4), _g.Input("k", 1, 2, 5, 4));
        var transposed = _g.Node("Transpose", [k], [1, 2, 4, 5], ("perm", new[] { 0, 1, 3, 2 }));
        return _g.Node("MatMul", [q, transposed], [1, 2, 5, 5]);
    }

    private string Attend(string scores, int axis = -1)
    {
        var weights = _g.Node("Softmax", [scores], [1, 2, 5, 5], ("axis", axis));
        return _g.Node("MatMul", [weights, _g.Input("v", 1, 2, 5, 4)], [1, 2, 5, 4]);
    }
}
