using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Testing;
using Ocs.Torch;
using Ocs.Zoo;
using Onnx;

namespace Ocs.Formats.Tests.Onnx;

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
        Assert.Equal(graph.Nodes.Where(node => node.Operator is not Input).Select(node => node.Name), model.Graph.Node.Select(node => node.Name));
        Assert.Equal(
            graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter).Select(spec => spec.Name).Order(StringComparer.Ordinal),
            model.Graph.Initializer.Select(initializer => initializer.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void How_images_are_normalized_is_told_where_it_is_known()
    {
        var graph = Models.Build("cifar_resnet20");
        Assert.Empty(Write(graph).MetadataProps);
        Assert.Equal(
            [("image_mean", "0.5 0.25 0"), ("image_std", "1 2 0.1")],
            Write(graph.WithNormalization([0.5f, 0.25f, 0], [1, 2, 0.1f])).MetadataProps.Select(property => (property.Key, property.Value)));
    }

    [Fact]
    public void The_batch_dimension_is_free_and_has_a_name()
    {
        var graph = Write(Models.Build("cifar_resnet20")).Graph;
        foreach (var value in new[] { Assert.Single(graph.Input), Assert.Single(graph.Output) })
        {
            Assert.Equal("batch", value.Type.TensorType.Shape.Dim[0].DimParam);
        }

        Assert.Equal([3L, 32, 32], graph.Input[0].Type.TensorType.Shape.Dim.Skip(1).Select(dimension => dimension.DimValue));
        Assert.Equal([10L], graph.Output[0].Type.TensorType.Shape.Dim.Skip(1).Select(dimension => dimension.DimValue));
    }

    [Fact]
    public void Attributes_and_weights_arrive()
    {
        var g = new GraphBuilder("one");
        var x = g.Conv2d("conv", g.Input("x", 4, 9, 9), 6, new(3, 1), stride: new(2, 1), padding: new(1, 0), bias: true, groups: 2);
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
        var made = message.Node.SelectMany(node => node.Output).Concat(message.Initializer.Select(initializer => initializer.Name)).ToList();

        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.Equal("a.weight:value", message.Node[^1].Input[0]);
    }

    [Fact]
    public void An_operator_without_an_ONNX_form_is_named()
    {
        var g = new GraphBuilder("odd");
        var graph = g.Build(g.Add("strange", new Roll(), [g.Input("x", 2)], []));
        var error = Assert.Throws<OcsInputException>(() => Write(graph));

        Assert.Contains("'strange'", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Roll), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void An_adaptive_pool_needs_windows_of_one_size()
    {
        var g = new GraphBuilder("even");
        var even = Write(g.Build(g.AdaptiveAveragePool2d("pool", g.Input("x", 2, 6, 9), new(2, 3)))).Graph;
        Assert.Equal([3L, 3], Ints(Assert.Single(even.Node), "kernel_shape"));

        g = new GraphBuilder("odd");
        var odd = g.Build(g.AdaptiveAveragePool2d("pool", g.Input("x", 2, 7, 7), 2));
        Assert.Contains("'pool'", Assert.Throws<OcsInputException>(() => Write(odd)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mean_over_windows_that_overhang_the_image_is_an_error_that_names_the_node()
    {
        var g = new GraphBuilder("ceil");
        var graph = g.Build(g.AveragePool2d("overhang", g.Input("x", 2, 8, 8), 3, stride: 2, ceilMode: true));
        Assert.StartsWith("Node 'overhang': ", Assert.Throws<OcsInputException>(() => Write(graph)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<long> Ints(NodeProto node, string name) => node.Attribute.Single(attribute => attribute.Name == name).Ints;

    private ModelProto Write(Graph graph)
    {
        using var parameters = ParameterTable.Initialize(graph, 1);
        return Write(graph, parameters);
    }

    private ModelProto Write(Graph graph, ParameterTable parameters)
    {
        OnnxFile.Write(_folder.File("a.onnx"), graph, parameters);
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("a.onnx")));
    }

    private sealed record Roll : Operator
    {
        public override ImmutableArray<long> InferShape(NodeShapes shapes) => shapes.Inputs[0];

        public override Tensor Run(in RunContext context) => context.Input.Alias();

        public override void Couple(ICoupling coupling) => TieElementwise(coupling);
    }
}
