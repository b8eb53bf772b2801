using Google.Protobuf;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Outputs that exporters name and nothing reads are left out; what is not read is kept, and its reason is told.
/// </summary>
[NoTensorLeaks]
public sealed class UnreadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HandMade _g = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_lstm_is_read_as_pytorch_exports_it(int readOutput)
    {
        using var read = Read(_g.Model(Lstm(readOutput)));

        var needed = read.Graph.Nodes.SelectMany(node => node.Inputs).Concat(read.Graph.Outputs).ToHashSet();
        Assert.Contains(read.Graph.Nodes, node => node.Operator is Lstm);
        Assert.All(Enumerable.Range(0, read.Graph.Nodes.Length), node => Assert.Contains(node, needed));
    }

    [Fact]
    public void The_usual_activations_may_be_stated()
    {
        var output = Lstm(0);
        State("activations", "Sigmoid", "Tanh", "Tanh");

        Assert.Contains(nameof(Lstm), Operators(_g.Model(output)));
    }

    [Fact]
    public void Other_activations_are_kept()
    {
        var output = Lstm(0);
        State("activations", "Sigmoid", "Softsign", "Tanh");

        Keeps(
            _g.Model(output),
            "its activations are Sigmoid, Softsign, Tanh: Sigmoid, Tanh, Relu, and HardSigmoid with the slope 0.2 are");
    }

    [Theory]
    [InlineData("MaxPool", 1, "it also gives the indices of the maxima")]
    [InlineData("Dropout", 1, "its mask is used")]
    [InlineData("LayerNormalization", 2, "also gives its statistics")]
    [InlineData(
        "BatchNormalization", 4,
        "it reads output 1 of node 'BatchNormalization_0' (BatchNormalization), which is not supported")]
    public void Further_outputs_are_kept_only_where_something_reads_them(string type, int further, string sentence)
    {
        _ = Operators(_g.Model(WithFurtherOutputs(_g, type, further)));

        var other = new HandMade();
        WithFurtherOutputs(other, type, further);
        Keeps(other.Model(other.Node("Relu", [$"{type}_0:1"], [])), sentence);
    }

    [Fact]
    public void An_operator_is_kept_by_its_name_whatever_its_attributes_are()
    {
        var output = _g.Node("TfIdfVectorizer", [_g.Input("x", 1, 6)], []);
        State("pool_strings", "word");
        Keeps(_g.Model(output), "TfIdfVectorizer 'TfIdfVectorizer_0': the operator TfIdfVectorizer is not supported");

        var other = new HandMade();
        output = other.Node("If", [other.Input("x", 1, 4)], []);
        other.Message.Node[^1].Attribute.Add(
            new AttributeProto { Name = "then_branch", Type = AttributeType.Graph, G = new() { Name = "then" } });
        Keeps(other.Model(output), "If 'If_0': the operator If is not supported");
    }

    [Fact]
    public void A_roll_by_nothing_changes_nothing()
    {
        var x = _g.Input("x", 1, 4, 6);
        var nothing = _g.Node("Slice", [x, _g.Integers(0), _g.Integers(0), _g.Integers(2)], []);
        var all = _g.Node("Slice", [x, _g.Integers(0), _g.Integers(long.MaxValue), _g.Integers(2)], []);
        var rolled = _g.Node("Concat", [all, nothing], [], ("axis", 2));

        Assert.Equal([nameof(Input), nameof(Activation)], Operators(_g.Model(_g.Node("Relu", [rolled], []))));
    }

    [Theory]
    [InlineData("Mul", 2f, "Mul")]
    [InlineData("Add", 2f, "Add")]
    public void A_constant_factor_is_written_as_one_node(string type, float number, string written)
    {
        using var read = Read(_g.Model(_g.Node(type, [_g.Input("x", 1, 4), _g.Scalar(number)], [])));
        OnnxFile.Write(_folder.PathOf("b.onnx"), read.Graph, read.Parameters);

        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("b.onnx")));
        Assert.Equal([written], model.Graph.Node.Select(node => node.OpType));
    }

    // Steps, batch, features; the three outputs have names, and one of them is read.
    private string Lstm(int readOutput)
    {
        var x = _g.Input("x", 5, 1, 6);
        _g.Message.Input[0].Type.TensorType.Shape.Dim.Clear();
        _g.Message.Input[0].Type.TensorType.Shape.Dim.AddRange(
            new[] { 1L, 5, 6 }.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        x = _g.Node("Transpose", [x], [], ("perm", new[] { 1, 0, 2 }));
        string[] weights =
            [_g.Weight("w", [1, 16, 6], 0.1f), _g.Weight("r", [1, 16, 4], 0.1f), _g.Weight("b", [1, 32], 0.1f)];
        var zeros = _g.Weight("zeros", [1, 1, 4], 0);
        _g.Node("LSTM", [x, .. weights, "", zeros, zeros], [], ("hidden_size", 4));
        _g.Message.Node[^1].Output.Clear();
        _g.Message.Node[^1].Output.AddRange(["all", "last", "cells"]);
        var lstm = _g.Message.Node[^1];
        var output = readOutput == 0
            ? _g.Node("Transpose", [_g.Node("Squeeze", ["all", _g.Integers(1)], [])], [], ("perm", new[] { 1, 0, 2 }))
            : _g.Node("Squeeze", [lstm.Output[readOutput], _g.Integers(0)], []);
        return _g.Node("Relu", [output], []);
    }

    private static string WithFurtherOutputs(HandMade g, string type, int further)
    {
        var x = g.Input("x", 1, 4, 6, 6);
        var output = type switch
        {
            "MaxPool" => g.Node(type, [x], [], ("kernel_shape", new[] { 2, 2 })),
            "Dropout" => g.Node(type, [x], []),
            "LayerNormalization" => g.Node(type, [x, g.Weight("scale", [6], 1)], []),
            _ => g.Node(
                type, [x, .. new[] { "scale", "bias", "mean", "var" }.Select(name => g.Weight(name, [4], 1))], []),
        };
        g.Message.Node[^1].Output.AddRange(Enumerable.Range(1, further).Select(place => $"{output}:{place}"));
        return output;
    }

    private void State(string attribute, params string[] texts)
    {
        var lists = new AttributeProto { Name = attribute, Type = AttributeType.Strings };
        lists.Strings.AddRange(texts.Select(ByteString.CopyFromUtf8));
        _g.Message.Node.First(node => node.OpType is "LSTM" or "TfIdfVectorizer").Attribute.Add(lists);
    }

    private List<string> Operators(ModelProto model)
    {
        using var read = Read(model);
        return [.. read.Graph.Nodes.Select(node => node.Operator.GetType().Name)];
    }

    private Network Read(ModelProto model)
    {
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        return OnnxFile.Read(_folder.PathOf("a.onnx"));
    }

    private void Keeps(ModelProto model, string reason) =>
        Assert.Contains(reason, Unread.ReasonsOf(model, _folder.PathOf("a.onnx")), StringComparison.Ordinal);
}
