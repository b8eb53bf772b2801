using Google.Protobuf;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;
using Dimension = Onnx.TensorShapeProto.Types.Dimension;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// What is written of an ONNX file's network can take that file's place: names, free batch, metadata, opset.
/// </summary>
[NoTensorLeaks]
public sealed class OriginTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HandMade _g = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_words_and_opset_are_written_as_they_were_read()
    {
        var written = Rewritten(Classifier());

        Assert.Equal(["image [n, 3, 4, 4]"], written.Graph.Input.Select(Show));
        Assert.Equal(["scores [n, 5]"], written.Graph.Output.Select(Show));
        Assert.Equal(("hand made", "About the graph.", "About the file.", "com.example", 7), (
            written.Graph.Name, written.Graph.DocString, written.DocString, written.Domain, written.ModelVersion));
        Assert.Equal(
            [("names", "ant, bee"), ("author", "somebody")],
            written.MetadataProps.Select(property => (property.Key, property.Value)));
        Assert.Equal(13, Assert.Single(written.OpsetImport).Version);
    }

    [Fact]
    public void They_stay_through_an_ocs_file_and_fewer_channels()
    {
        using var model = Read(Classifier());
        OcsFile.Write(_folder.PathOf("kept.ocs"), model.Graph, model.Parameters);
        using var kept = OcsFile.Read(_folder.PathOf("kept.ocs"));
        var graph = kept.Graph.WithParameterShapes(kept.Graph.Parameters.ToDictionary(
            spec => spec.Name, spec => spec.Name switch
            {
                "conv.weight" => spec.Shape.SetItem(0, 2),
                "conv.bias" => [2],
                "fc.weight" => spec.Shape.SetItem(1, 2),
                _ => spec.Shape,
            }));
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var written = Written(graph, parameters);

        Assert.Equal(
            ("image [n, 3, 4, 4]", "scores [n, 5]"),
            (Show(Assert.Single(written.Graph.Input)), Show(Assert.Single(written.Graph.Output))));
        Assert.Equal(2, written.MetadataProps.Count);
    }

    [Fact]
    public void They_stay_through_a_checkpoint()
    {
        using var model = Read(Classifier());
        using (var stream = File.Create(_folder.PathOf("checkpoint")))
        {
            CheckpointFile.Write(
                stream, new([1], model.Graph, model.Graph, new Dictionary<string, Tensor>(StringComparer.Ordinal)));
        }

        var read = CheckpointFile.Read(_folder.PathOf("checkpoint"));

        foreach (var graph in new[] { read.Original, read.Cut! })
        {
            Assert.Equal(
                ("image", "scores"), (Assert.Single(graph.InputNames), Assert.Single(graph.NamedOutputs).Name));
            Assert.Equal(model.Graph.Origin!.Metadata.AsEnumerable(), graph.Origin!.Metadata);
        }
    }

    [Fact]
    public void An_ocs_file_of_another_network_has_no_word_of_it()
    {
        var graph = SmallGraphs.Random(1);
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        OcsFile.Write(_folder.PathOf("own.ocs"), graph, parameters);

        Assert.DoesNotContain("origin", File.ReadAllText(_folder.PathOf("own.ocs")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtime_gives_the_outputs_by_their_names()
    {
        using var model = Read(Classifier());
        OnnxFile.Write(_folder.PathOf("b.onnx"), model.Graph, model.Parameters);

        RuntimeParity.Assert(_folder.PathOf("b.onnx"), model.Graph, model.Parameters);
    }

    [Fact]
    public void An_input_that_passes_through_and_a_value_that_is_two_outputs_keep_their_names()
    {
        var x = _g.Input("x", 1, 4);
        var y = _g.Node("Relu", [x], [1, 4]);
        foreach (var (from, name) in new[] { (x, "same"), (y, "first"), (y, "second") })
        {
            var identity = _g.Node("Identity", [from], [1, 4]);
            _g.Message.Node[^1].Output[0] = name;
            Assert.NotEqual(name, identity);
        }

        var written = Rewritten(_g.Model("same", "first", "second"));

        Assert.Equal(["same", "first", "second"], written.Graph.Output.Select(output => output.Name));
        Assert.Equal(
            ["Relu: x -> first", "Identity: x -> same", "Identity: first -> second"],
            written.Graph.Node.Select(node => $"{node.OpType}: {node.Input[0]} -> {node.Output[0]}"));
    }

    [Fact]
    public void A_name_that_a_node_or_parameter_has_of_itself_is_left_to_the_output()
    {
        var linear = _g.Node(
            "Gemm", [_g.Input("x", 1, 2), _g.Weight("onnx::Gemm_3", [3, 2], 1)], [1, 3], ("transB", 1));
        _g.Message.Node[0].Name = "head";
        _g.Message.Node[0].Output[0] = "head.weight";
        Assert.NotEqual("head", linear);
        var written = Rewritten(_g.Model("head.weight"));

        Assert.Equal("head.weight", Assert.Single(written.Graph.Output).Name);
        Assert.Equal(["x", "head.weight:parameter"], written.Graph.Node[0].Input);
        Assert.Equal("head.weight:parameter", Assert.Single(written.Graph.Initializer).Name);
    }

    [Fact]
    public void Indices_of_32_bits_stay_so()
    {
        var x = _g.Input("tokens", 1, 6);
        _g.Message.Input[0].Type.TensorType.ElemType = (int)DataType.Int32;
        var written = Rewritten(_g.Model(_g.Node("Gather", [_g.Weight("table", [9, 4], 1), x], [1, 6, 4])));

        Assert.Equal((int)DataType.Int32, written.Graph.Input[0].Type.TensorType.ElemType);
    }

    [Fact]
    public void Sizes_that_may_be_any_stay_free()
    {
        var model = Classifier();
        var sizes = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        (sizes[2], sizes[3]) = (new() { DimParam = "h" }, new());
        using var read = Read(model, 3, 6, 4);

        Assert.Equal("image [n, 3, h, ]", Show(Written(read.Graph, read.Parameters).Graph.Input[0]));
        Assert.Empty(OnnxFile.Changes(read.Graph));
    }

    [Fact]
    public void The_runtime_takes_any_of_them()
    {
        var model = Classifier();
        var sizes = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        (sizes[2], sizes[3]) = (new() { DimParam = "h" }, new() { DimParam = "w" });
        using var read = Read(model, 3, 6, 4);
        OnnxFile.Write(_folder.PathOf("b.onnx"), read.Graph, read.Parameters);
        using var session = InferenceSession.Open(_folder.PathOf("b.onnx"));

        Assert.Equal([2L, 5], session.Run(TensorData.Of(new float[2 * 3 * 9 * 7], 2, 3, 9, 7))[0].Shape.AsEnumerable());
    }

    [Fact]
    public void What_cannot_stay_is_told()
    {
        var model = Classifier(("auto_pad", "SAME_UPPER"));
        model.OpsetImport[0].Version = 9;
        var sizes = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        (sizes[2], sizes[3]) = (new() { DimParam = "h" }, new());
        using var read = Read(model, 3, 4, 4);

        Assert.Equal(
            [
                "The file is written in opset 11, the nearest supported one to 9 of the original file.",
                "Input 'image' is Float [n, 3, 4, 4] now; it was Float [n, 3, h, ?], and the sizes are fixed to "
                    + "the stated ones.",
            ],
            OnnxFile.Changes(read.Graph));
        using var plain = Read(Classifier());
        Assert.Empty(OnnxFile.Changes(plain.Graph));
        Assert.Empty(OnnxFile.Changes(read.Graph with { Origin = null }));
    }

    [Fact]
    public void Two_outputs_of_one_name_are_refused()
    {
        var y = _g.Node("Relu", [_g.Input("x", 1, 4)], [1, 4]);

        var error = Assert.Throws<OcsInputException>(() => Read(_g.Model(y, y)).Dispose());

        Assert.EndsWith(
            "two of its inputs or two of its outputs have one name, or one has none.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_keeps_other_names_than_it_has_values_is_refused()
    {
        using var model = Read(Classifier());
        var origin = model.Graph.Origin!;

        var wrongs = new[]
        {
            origin with { Outputs = [] },
            origin with { Inputs = [origin.Inputs[0], origin.Inputs[0]] },
            origin with { Metadata = default },
        };
        foreach (var wrong in wrongs)
        {
            Assert.Throws<OcsInputException>(() => GraphVerifier.Verify(model.Graph with { Origin = wrong }));
        }
    }

    private static ModelProto Classifier(params (string Name, object Value)[] attributes)
    {
        var g = new HandMade();
        var x = g.Input("image", 1, 3, 4, 4);
        x = g.Node(
            "Conv", [x, g.Weight("conv.weight", [4, 3, 3, 3], 0.1f), g.Weight("conv.bias", [4], 0.2f)], [], attributes);
        x = g.Node("Flatten", [g.Node("GlobalAveragePool", [g.Node("Relu", [x], [])], [])], []);
        g.Node("Gemm", [x, g.Weight("fc.weight", [5, 4], 0.1f), g.Weight("fc.bias", [5], 0.1f)], [], ("transB", 1));
        g.Message.Node[^1].Output[0] = "scores";
        g.Message.DocString = "About the graph.";
        var model = g.Model("scores");
        (model.DocString, model.Domain, model.ModelVersion, model.ProducerName) =
            ("About the file.", "com.example", 7, "somebody's exporter");
        model.MetadataProps.Add(new StringStringEntryProto { Key = "names", Value = "ant, bee" });
        model.MetadataProps.Add(new StringStringEntryProto { Key = "author", Value = "somebody" });
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0] = new() { DimParam = "n" };
        model.Graph.Output[0].Type.TensorType.Shape.Dim.AddRange(
            [new Dimension { DimParam = "n" }, new Dimension { DimValue = 5 }]);
        return model;
    }

    private Network Read(ModelProto model, params ReadOnlySpan<long> size)
    {
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        return OnnxFile.Read(_folder.PathOf("a.onnx"), size);
    }

    private ModelProto Rewritten(ModelProto model)
    {
        using var read = Read(model);
        return Written(read.Graph, read.Parameters);
    }

    private ModelProto Written(Graph graph, ParameterTable parameters)
    {
        OnnxFile.Write(_folder.PathOf("b.onnx"), graph, parameters);
        return ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("b.onnx")));
    }

    private static string Show(ValueInfoProto value) =>
        $"{value.Name} [{string.Join(", ", value.Type.TensorType.Shape.Dim.Select(Show))}]";

    private static string Show(Dimension size) => size.HasDimValue ? $"{size.DimValue}" : size.DimParam;
}
