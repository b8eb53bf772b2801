using Google.Protobuf;
using Ocs.Testing;
using Ocs.Torch;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>Files that are made to do harm: each is refused with a sentence that says what is wrong.</summary>
[NoTensorLeaks]
public sealed class HostileModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HandMade _g = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nodes_in_a_cycle()
    {
        _g.Input("x", 1, 4);
        var first = _g.Node("Add", ["x", "Relu_1"], []);
        Refuses(_g.Model(_g.Node("Relu", [first], [])), "cycle");
    }

    [Fact]
    public void A_value_that_nobody_makes() => Refuses(_g.Model(_g.Node("Add", [_g.Input("x", 1, 4), "ghost"], [])), "'ghost'");

    [Fact]
    public void A_value_that_is_made_twice()
    {
        var x = _g.Input("x", 1, 4);
        var y = _g.Node("Relu", [x], []);
        _g.Node("Tanh", [x], []);
        _g.Message.Node[1].Output[0] = y;
        Refuses(_g.Model(y), "made twice");
    }

    [Fact]
    public void A_weight_that_promises_more_numbers_than_it_has()
    {
        _g.Weight("weight", [4, 4], 1);
        _g.Message.Initializer[0].Dims[0] = 1L << 40;
        Refuses(_g.Model(_g.Node("MatMul", [_g.Input("x", 1, 4), "weight"], [])), "'weight'");
    }

    [Fact]
    public void Sizes_whose_product_overflows()
    {
        _g.Weight("weight", [4, 4], 1);
        _g.Message.Initializer[0].Dims.Clear();
        _g.Message.Initializer[0].Dims.AddRange([1L << 32, 1L << 32]);
        Refuses(_g.Model(_g.Node("MatMul", [_g.Input("x", 1, 4), "weight"], [])), "'weight'");
    }

    [Fact]
    public void A_negative_size()
    {
        _g.Weight("weight", [4, 4], 1);
        _g.Message.Initializer[0].Dims[1] = -4;
        Refuses(_g.Model(_g.Node("MatMul", [_g.Input("x", 1, 4), "weight"], [])), "'weight'");
    }

    [Fact]
    public void A_constant_that_would_fill_the_memory()
    {
        var huge = _g.Node("ConstantOfShape", [_g.Integers(1 << 20, 1 << 20)], []);
        Refuses(_g.Model(_g.Node("Add", [_g.Input("x", 1, 4), huge], [])), "ConstantOfShape");
    }

    [Fact]
    public void A_graph_nested_deeply()
    {
        var graph = new GraphProto { Name = "innermost" };
        for (var depth = 0; depth < 200; depth++)
        {
            var node = new NodeProto { OpType = "If" };
            node.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = graph });
            graph = new GraphProto { Name = "outer" };
            graph.Node.Add(node);
        }

        _g.Message.Node.AddRange(graph.Node);
        Refuses(_g.Model(_g.Input("x", 1, 4)), "damaged");
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("sub/../../secret.bin")]
    [InlineData("..\\secret.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("C:\\secret.bin")]
    [InlineData("link.bin")]
    [InlineData("folder/secret.bin")]
    public void Numbers_outside_of_the_models_folder(string location)
    {
        File.WriteAllBytes(_folder.File("secret.bin"), new byte[64]);
        var inside = Directory.CreateDirectory(_folder.File("model")).FullName;
        File.CreateSymbolicLink(Path.Combine(inside, "link.bin"), _folder.File("secret.bin"));
        Directory.CreateSymbolicLink(Path.Combine(inside, "folder"), _folder.Path);
        _g.Weight("weight", [4, 4], 1);
        var tensor = _g.Message.Initializer[0];
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });

        Refuses(_g.Model(_g.Node("MatMul", [_g.Input("x", 1, 4), "weight"], [])), location, "model/a.onnx");
    }

    private void Refuses(ModelProto model, string word, string name = "a.onnx")
    {
        File.WriteAllBytes(_folder.File(name), model.ToByteArray());
        var error = Assert.Throws<OcsInputException>(() => OnnxFile.Read(_folder.File(name)).Dispose());
        Assert.StartsWith(_folder.File(name), error.Message, StringComparison.Ordinal);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }
}
