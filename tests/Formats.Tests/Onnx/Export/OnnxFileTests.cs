using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;
using Ocs.Zoo;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Export;

[NoTensorLeaks]
public sealed class OnnxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_of_nodes_and_parameters_are_kept()
    {
        var graph = Models.Build("cifar_resnet20");
        var model = Write(graph);

        Assert.Equal((8, 17), (model.IrVersion, Assert.Single(model.OpsetImport).Version));
        Assert.Equal(
            graph.Nodes.Where(node => node.Operator is not Input).Select(node => node.Name),
            model.Graph.Node.Select(node => node.Name));
        Assert.Equal(
            graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter)
                .Select(spec => spec.Name).Order(StringComparer.Ordinal),
            model.Graph.Initializer.Select(initializer => initializer.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void How_images_are_normalized_is_told_where_it_is_known()
    {
        var graph = Models.Build("cifar_resnet20");
        Assert.Empty(Write(graph).MetadataProps);
        Assert.Equal(
            [("image_mean", "0.5 0.25 0"), ("image_std", "1 2 0.1")],
            Write(graph.WithNormalization([0.5f, 0.25f, 0], [1, 2, 0.1f])).MetadataProps.Select(
                property => (property.Key, property.Value)));
    }

    [Fact]
    public void The_batch_dimension_is_free_and_has_a_name()
    {
        var graph = Write(Models.Build("cifar_resnet20")).Graph;
        foreach (var value in new[] { Assert.Single(graph.Input), Assert.Single(graph.Output) })
        {
            Assert.Equal("batch", value.Type.TensorType.Shape.Dim[0].DimParam);
        }

        Assert.Equal(
            [3L, 32, 32], graph.Input[0].Type.TensorType.Shape.Dim.Skip(1).Select(dimension => dimension.DimValue));
        Assert.Equal([10L], graph.Output[0].Type.TensorType.Shape.Dim.Skip(1).Select(dimension => dimension.DimValue));
    }

    [Fact]
    public void Attributes_and_weights_arrive()
    {
        var g = new GraphBuilder("one");
        var x = g.Conv2d(
            "conv", g.Input("x", 4, 9, 9), 6, new(3, 1), stride: new(2, 1), padding: new(1, 0), bias: true, groups: 2);
        var graph = g.Build(g.AveragePool2d("pool", x, 2, padding: 1));
        using var parameters = SmallGraphs.Parameters(graph, 4);
        var message = Write(graph, parameters).Graph;

        Assert.Equal(["Conv", "AveragePool"], message.Node.Select(node => node.OpType));
        Assert.Equal(["x", "conv.weight", "conv.bias"], message.Node[0].Input);
        Assert.Equal([2L, 1], Ints(message.Node[0], "strides"));
        Assert.Equal([1L, 0, 1, 0], Ints(message.Node[0], "pads"));
        Assert.Equal([3L, 1], Ints(message.Node[0], "kernel_shape"));
        Assert.Equal([1L, 1], Ints(message.Node[0], "dilations"));
        Assert.Equal(2, message.Node[0].Attribute.Single(attribute => attribute.Name == "group").I);
        Assert.Equal(1, message.Node[1].Attribute.Single(attribute => attribute.Name == "count_include_pad").I);
        var weight = message.Initializer.Single(initializer => initializer.Name == "conv.weight");
        Assert.Equal([6L, 2, 3, 1], weight.Dims);
        Assert.Equal(Compare.Bits(parameters["conv.weight"]), weight.RawData.ToByteArray());
    }

    [Fact]
    public void Slices_have_constant_bounds()
    {
        var g = new GraphBuilder("slice");
        var message = Write(g.Build(g.Slice("slice", g.Input("x", 4, 2), 1, 1, 2))).Graph;

        Assert.Equal(["x", "slice/starts", "slice/ends", "slice/axes"], Assert.Single(message.Node).Input);
        Assert.Equal(
            [1L, 3, 1],
            message.Initializer.Select(initializer => MemoryMarshal.Read<long>(initializer.RawData.Span)));
    }

    [Fact]
    public void Values_that_would_share_a_name_with_a_parameter_get_another()
    {
        var g = new GraphBuilder("clash");
        var x = g.Linear("a", g.Input("x", 2), 2);
        x = g.Activation("a.weight", x, ActivationKind.Silu);
        var message = Write(g.Build(g.Relu("a.weight/sigmoid", x))).Graph;
        var made = message.Node.SelectMany(node => node.Output)
            .Concat(message.Initializer.Select(initializer => initializer.Name)).ToList();

        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.Equal("a.weight:value", message.Node[^1].Input[0]);
    }

    [Fact]
    public void An_operator_without_an_ONNX_form_is_named()
    {
        var g = new GraphBuilder("odd");
        var graph = g.Build(g.Add("strange", new UnknownOperator(), [g.Input("x", 2)], []));
        var error = Assert.Throws<OcsInputException>(() => Write(graph));

        Assert.Contains("'strange'", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(UnknownOperator), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void An_adaptive_pool_of_equal_windows_is_a_pool()
    {
        var g = new GraphBuilder("even");
        var even = Write(g.Build(g.AdaptiveAveragePool2d("pool", g.Input("x", 2, 6, 9), new(2, 3)))).Graph;
        Assert.Equal([3L, 3], Ints(Assert.Single(even.Node), "kernel_shape"));
    }

    [Theory]
    [InlineData(13, 7)]
    [InlineData(15, 8)]
    [InlineData(18, 8)]
    [InlineData(19, 9)]
    [InlineData(21, 10)]
    public void The_format_has_the_version_that_came_with_the_operator_set(int opset, int format)
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = ParameterTable.Initialize(graph, 1);
        var model = Write(graph, parameters, new() { Opset = opset });
        Assert.Equal((format, opset), (model.IrVersion, Assert.Single(model.OpsetImport).Version));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(24)]
    public void Other_operator_sets_are_an_error_that_says_which_there_are(int opset)
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = ParameterTable.Initialize(graph, 1);
        var error = Assert.Throws<OcsInputException>(() => Write(graph, parameters, new() { Opset = opset }));
        Assert.Contains("11 to 23", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(16, "ReduceMean", "Add")]
    [InlineData(17, "LayerNormalization", "LayerNormalization")]
    public void A_norm_is_one_operator_where_the_set_has_it(int opset, string first, string last)
    {
        var g = new GraphBuilder("norm");
        var graph = g.Build(g.LayerNorm("norm", g.Input("x", 4, 6)));
        using var parameters = ParameterTable.Initialize(graph, 1);
        var nodes = Write(graph, parameters, new() { Opset = opset }).Graph.Node;
        Assert.Equal((first, last, "norm"), (nodes[0].OpType, nodes[^1].OpType, nodes[^1].Name));
    }

    [Fact]
    public void Words_are_whole_numbers()
    {
        var g = new GraphBuilder("words");
        var graph = Write(g.Build(g.Embedding("table", g.Input("x", 4), 6, 3))).Graph;
        Assert.Equal((int)TensorProto.Types.DataType.Int64, Assert.Single(graph.Input).Type.TensorType.ElemType);
        Assert.Equal(["table.weight", "x"], Assert.Single(graph.Node).Input);
    }

    [Fact]
    public void The_gates_of_an_LSTM_are_in_the_order_of_ONNX()
    {
        var g = new GraphBuilder("gates");
        ParameterSpec Spec(string name, params ReadOnlySpan<long> shape) =>
            new(name, [.. shape], ParameterRole.Weight, Initialization.Constant(0));
        var graph = g.Build(g.Add("op", new Lstm(), [g.Input("x", 2, 1)], [Spec("w", 4, 1), Spec("r", 4, 1)]));
        using var parameters = ParameterTable.FromTensors(graph, new Dictionary<string, Tensor>
        {
            ["w"] = Tensor.FromArray<float>([1, 2, 3, 4], [4, 1]),
            ["r"] = Tensor.FromArray<float>([5, 6, 7, 8], [4, 1]),
        });
        var weight = Write(graph, parameters).Graph.Initializer.Single(tensor => tensor.Name == "op/W");
        Assert.Equal([1L, 4, 1], weight.Dims);

        // Input, output, forget, cell; PyTorch has input, forget, cell, output.
        Assert.Equal([1f, 4, 2, 3], MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray());
    }

    private static IEnumerable<long> Ints(NodeProto node, string name) =>
        node.Attribute.Single(attribute => attribute.Name == name).Ints;

    private ModelProto Write(Graph graph)
    {
        using var parameters = ParameterTable.Initialize(graph, 1);
        return Write(graph, parameters);
    }

    private ModelProto Write(Graph graph, ParameterTable parameters, OnnxOptions? options = null)
    {
        OnnxFile.Write(_folder.PathOf("a.onnx"), graph, parameters, options);
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("a.onnx")));
    }
}
