using Google.Protobuf;
using Ocs.Graphs;
using Ocs.Torch;

namespace Ocs.Formats.Tests.Onnx.Import;

[NoTensorLeaks]
public sealed class OnnxImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_product_with_a_matrix_and_a_sum_is_one_linear_layer()
    {
        var model = new HandMade();
        var product = model.Node(
            "MatMul", [model.Input("x", 1, 2), model.Weight("fc.weight", [2, 3], 1, 2, 3, 4, 5, 6)], [1, 3]);
        var sum = model.Node("Add", [product, model.Weight("fc.bias", [3], 10, 20, 30)], [1, 3]);
        using var read = Read(model, sum);

        Assert.Equal(["Input", "Linear"], read.Graph.Nodes.Select(node => node.Operator.GetType().Name));
        Assert.Equal(
            [("fc.weight", ParameterRole.Weight), ("fc.bias", ParameterRole.Bias)],
            read.Graph.Parameters.Select(spec => (spec.Name, spec.Role)));
        Assert.Equal([1f, 4, 2, 5, 3, 6], read.Parameters["fc.weight"].ToArray<float>());
        Assert.Equal([19f, 32, 45, 10, 20, 30], Run(read, [1, 2, 0, 0], 2, 2));
    }

    [Fact]
    public void Parameters_that_an_exporter_numbered_are_named_after_their_node()
    {
        var model = new HandMade();
        var conv = model.Node(
            "Conv",
            [model.Input("x", 1, 1, 3, 3), model.Weight("onnx::Conv_12", [1, 1, 3, 3], 1), model.Weight("7", [1], 2)],
            [1, 1, 1, 1]);
        using var read = Read(model, conv);

        Assert.Equal([$"{conv}.weight", $"{conv}.bias"], read.Graph.Parameters.Select(spec => spec.Name));
        Assert.Equal([11f], Run(read, [1, 1, 1, 1, 1, 1, 1, 1, 1], 1, 1, 3, 3));
    }

    [Fact]
    public void A_weight_that_an_exporter_numbered_is_named_after_its_named_bias()
    {
        var model = new HandMade();
        var product = model.Node("MatMul", [model.Input("x", 1, 2), model.Weight("onnx::MatMul_7", [2, 3], 1)], [1, 3]);
        using var read = Read(model, model.Node("Add", [model.Weight("block.fc.bias", [3], 2), product], [1, 3]));

        Assert.Equal(["block.fc.weight", "block.fc.bias"], read.Graph.Parameters.Select(spec => spec.Name));
    }

    [Fact]
    public void An_initializer_that_two_nodes_read_is_one_parameter_and_an_identity_of_it_another()
    {
        var model = new HandMade();
        var weight = model.Weight("tied.weight", [2, 2], 1, 2, 3, 4);
        var own = model.Node("Identity", [weight], [2, 2]);
        var x = model.Node("Gemm", [model.Input("x", 1, 2), weight], [1, 2], ("transB", 1));
        x = model.Node("Gemm", [x, weight], [1, 2], ("transB", 1));
        using var read = Read(model, model.Node("Gemm", [x, own], [1, 2], ("transB", 1)));

        Assert.Equal(["tied.weight", own], read.Graph.Parameters.Select(spec => spec.Name));
        Assert.Equal(["tied.weight", "tied.weight", own], read.Graph.Nodes.SelectMany(node => node.Parameters));
    }

    [Fact]
    public void An_initializer_that_only_an_identity_reads_keeps_its_name()
    {
        var model = new HandMade();
        var own = model.Node("Identity", [model.Weight("position", [1, 2], 3, 4)], [1, 2]);
        using var read = Read(
            model, model.Node("Add", [model.Node("Relu", [model.Input("x", 1, 2)], [1, 2]), own], [1, 2]));

        Assert.Equal("position", Assert.Single(read.Graph.Parameters).Name);
    }

    [Fact]
    public void A_batch_that_flows_through_shapes_to_a_reshape_stays_free()
    {
        var model = new HandMade();
        var x = model.Input("x", 1, 2, 3);
        var batch = model.Node("Gather", [model.Node("Shape", [x], [3]), model.Integers(0)], [1], ("axis", 0));
        var shape = model.Node("Concat", [batch, model.Integers(3, -1)], [3], ("axis", 0));
        using var read = Read(model, model.Node("Reshape", [x, shape], [1, 3, 2]));

        Assert.Equal(["Input", "Reshape"], read.Graph.Nodes.Select(node => node.Operator.GetType().Name));
        using var input = Tensor.Zeros([5, 2, 3]);
        using var output = new Executor(read.Graph, read.Parameters).Forward(input, training: false);
        Assert.Equal([5L, 3, 2], output.Shape.ToArray());
    }

    [Theory]
    [InlineData(0f, 6f, new float[] { 0, 0, 1.5f, 6 })]
    [InlineData(-1f, 2f, new float[] { -1, 0, 1.5f, 2 })]
    [InlineData(-1f, float.MaxValue, new float[] { -1, 0, 1.5f, 7 })]
    [InlineData(float.MinValue, 1f, new float[] { -3, 0, 1, 1 })]
    public void Clips_have_the_stated_bounds(float lowest, float highest, float[] expected)
    {
        var model = new HandMade();
        var clip = model.Node("Clip", [model.Input("x", 1, 4), model.Scalar(lowest), model.Scalar(highest)], [1, 4]);
        using var read = Read(model, clip);
        Assert.Equal(expected, Run(read, [-3, 0, 1.5f, 7], 1, 4));
    }

    [Fact]
    public void Depth_to_space_has_the_place_in_the_square_outermost_unless_stated()
    {
        float[] x = [.. Enumerable.Range(0, 8).Select(channel => (float)channel)];
        Assert.Equal([0f, 2, 4, 6, 1, 3, 5, 7], Blocks("DCR"));
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7], Blocks("CRD"));

        float[] Blocks(string mode)
        {
            var model = new HandMade();
            using var read = Read(model, model.Node(
                "DepthToSpace", [model.Input("x", 1, 8, 1, 1)], [1, 2, 2, 2], ("blocksize", 2), ("mode", mode)));
            return Run(read, x, 1, 8, 1, 1);
        }
    }

    [Fact]
    public void Gates_of_an_LSTM_come_in_our_order()
    {
        // Biases alone, for the input, output, forget and cell gate; weights of zero, two steps, one unit.
        var (i, o, f, c) = (0.5f, -0.25f, 1f, 0.75f);
        var model = new HandMade();
        var steps = model.Node("Transpose", [model.Input("x", 1, 2, 1)], [2, 1, 1], ("perm", new[] { 1, 0, 2 }));
        var lstm = model.Node(
            "LSTM", [steps, model.Weight("w", [1, 4, 1], 0f), model.Weight("r", [1, 4, 1], 0f), model.Weight(
                "b", [1, 8], i, o, f, c, 0, 0, 0, 0)],
            [2, 1, 1, 1], ("hidden_size", 1));
        var squeezed = model.Node("Squeeze", [lstm, model.Integers(1)], [2, 1, 1]);
        using var read = Read(model, model.Node("Transpose", [squeezed], [1, 2, 1], ("perm", new[] { 1, 0, 2 })));

        static double Gate(double x) => 1 / (1 + Math.Exp(-x));
        var first = Gate(i) * Math.Tanh(c);
        var second = Gate(f) * first + first;
        var outputs = Run(read, [9, 9], 1, 2, 1);
        Assert.Equal(Gate(o) * Math.Tanh(first), outputs[0], 1e-5);
        Assert.Equal(Gate(o) * Math.Tanh(second), outputs[1], 1e-5);
    }

    [Fact]
    public void A_class_token_is_a_parameter_with_the_batch_of_what_it_is_joined_to()
    {
        var model = new HandMade();
        var joined = model.Node(
            "Concat", [model.Weight("class_token", [1, 1, 2], 5, 6), model.Input("x", 1, 1, 2)], [1, 2, 2],
            ("axis", 1));
        using var read = Read(model, joined);

        Assert.Equal(("class_token", true), (read.Graph.Parameters[0].Name, read.Graph.Parameters[0].IsTrainable));
        Assert.Equal([5f, 6, 1, 2, 5, 6, 3, 4], Run(read, [1, 2, 3, 4], 2, 1, 2));
    }

    [Fact]
    public void An_operator_that_is_not_read_is_named_with_its_node()
    {
        var model = new HandMade();
        var message = model.Model(model.Node("Convv", [model.Input("x", 1, 2)], [1, 2]));
        Assert.Equal(
            "Convv 'Convv_0': the operator Convv is not supported",
            Unread.ReasonsOf(message, _folder.PathOf("unread.onnx")));
    }

    [Fact]
    public void Cycles_and_values_that_nobody_makes_are_named()
    {
        var model = new HandMade();
        model.Node("Add", [model.Input("x", 1, 2), "Relu_1"], [1, 2]);
        Assert.Contains("cycle", Fails(model, model.Node("Relu", ["Add_0"], [1, 2])), StringComparison.Ordinal);

        model = new HandMade();
        Assert.Contains(
            "it reads 'nothing', which does not exist", Fails(model, model.Node("Relu", ["nothing"], [1, 2])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_size_that_the_file_leaves_open_is_stated()
    {
        var model = new HandMade();
        var relu = model.Node("Relu", [model.Input("x", 0, 3, 0, 0)], [0, 3, 0, 0]);
        var path = Write(model, relu);
        Assert.Contains(
            "`inputSize`", Assert.Throws<OcsInputException>(() => OnnxFile.Read(path)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "has size 3 in dimension 1", Assert.Throws<OcsInputException>(() => OnnxFile.Read(path, 1, 8, 8)).Message,
            StringComparison.Ordinal);

        using var read = OnnxFile.Read(path, 3, 8, 9);
        Assert.Equal([1L, 3, 8, 9], read.Graph.Nodes[^1].Shape.ToArray());
    }

    private static float[] Run(Network model, float[] values, params long[] shape)
    {
        using var noGradients = Autograd.NoGrad();
        using var input = Tensor.FromArray(values, shape);
        using var output = new Executor(model.Graph, model.Parameters).Forward(input, training: false);
        return output.ToArray<float>();
    }

    private Network Read(HandMade model, string output) => OnnxFile.Read(Write(model, output));

    private string Fails(HandMade model, string output) =>
        Assert.Throws<OcsInputException>(() => Read(model, output)).Message;

    private string Write(HandMade model, string output)
    {
        var path = _folder.PathOf("model.onnx");
        File.WriteAllBytes(path, model.Model(output).ToByteArray());
        return path;
    }
}
