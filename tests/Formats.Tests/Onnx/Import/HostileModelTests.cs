using Google.Protobuf;
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
    public void A_value_that_nobody_makes() =>
        Refuses(_g.Model(_g.Node("Add", [_g.Input("x", 1, 4), "ghost"], [])), "'ghost'");

    [Fact]
    public void A_value_that_is_made_twice()
    {
        var x = _g.Input("x", 1, 4);
        var y = _g.Node("Relu", [x], []);
        _g.Node("Tanh", [x], []);
        _g.Message.Node[1].Output[0] = y;
        Refuses(_g.Model(y), "defined twice");
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

    [Theory]
    [InlineData("wide_2p26", "input 'x'")]
    [InlineData("wide_2p31", "input 'x'")]
    [InlineData("concat_24", "add up to more than 16777216")]
    [InlineData("fold_concat_24", "constant output")]
    [InlineData("many_shapes_of_one_constant", "more numbers than a file of this size can have")]
    [InlineData("expand", "add up to more than 16777216")]
    [InlineData("tile", "larger than a value may be")]
    [InlineData("range", "constant output")]
    [InlineData("macs_overflow", "larger than a value may be")]
    [InlineData("pad_overflow", "do not fit together")]
    [InlineData("group_overflow", "do not fit together")]
    [InlineData("zerodim", "takes nothing of dimension 1")]
    [InlineData("zero_times", "cannot be repeated 0 times")]
    [InlineData("kernel_shape", "its kernel_shape [5, 5] is not that of its weight, [3, 3]")]
    [InlineData("mode", "mode 'RCD' is not known")]
    public void A_small_file_takes_little_memory_and_is_not_read(string file, string word)
    {
        var model = Make(file);
        Assert.InRange(model.CalculateSize(), 1, 100_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains(word, ReasonOf(model), StringComparison.Ordinal);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512L << 20);
    }

    [Fact]
    public void Many_large_constants_are_too_many_in_sum()
    {
        var sum = _g.Input("x", 1, 1);
        for (var less = 0; less < 40; less++)
        {
            sum = _g.Node("Add", [sum, _g.Node("ReduceMax", [_g.Node(
                "ConstantOfShape", [_g.Integers(1, (1 << 22) - less)], [])], [], ("keepdims", 0))], []);
        }

        Refuses(_g.Model(sum), "more with all that is computed before it than such a file needs");
    }

    private ModelProto Make(string file)
    {
        const int Doublings = 24;
        switch (file)
        {
            case "wide_2p26":
                return _g.Model(_g.Node("Relu", [_g.Input("x", 1, 3, 8, 1 << 26)], []));
            case "wide_2p31":
                return _g.Model(_g.Node("Relu", [_g.Input("x", 1, 1L << 31)], []));
            case "concat_24":
                return _g.Model(Doubled(_g.Input("x", 1, 4)));
            case "fold_concat_24":
                return _g.Model(_g.Node("Add", [_g.Input("x", 1, 4), Doubled(_g.Weight("one", [1, 4], 1))], []));
            case "many_shapes_of_one_constant":
                var (x, constant) =
                    (_g.Input("x", 1, 2048, 2048), _g.Node("ConstantOfShape", [_g.Integers(1 << 11, 1 << 11)], []));
                for (var rows = 3; rows < 20; rows++)
                {
                    var shape = _g.Integers(1, 1 << rows, 1 << (22 - rows));
                    x = _g.Node(
                        "Add", [_g.Node("Reshape", [x, shape], []), _g.Node("Reshape", [constant, shape], [])], []);
                }

                return _g.Model(x);
            case "expand":
                return _g.Model(_g.Node("Expand", [_g.Input("x", 1, 1, 1), _g.Integers(1, 1 << 24, 2)], []));
            case "tile":
                return _g.Model(
                    _g.Node("Tile", [_g.Input("x", 1, 4, 4), _g.Integers(1, int.MaxValue - 1, int.MaxValue - 1)], []));
            case "range":
                return _g.Model(_g.Node(
                    "Add", [_g.Input("x", 1, 4), _g.Node("Range", [_g.Scalar(0), _g.Scalar(1e9f), _g.Scalar(1)], [])],
                    []));
            case "macs_overflow":
                var left = _g.Node("Expand", [_g.Input("x", 1, 1, 1), _g.Integers(1, 1 << 22, 1 << 10)], []);
                return _g.Model(
                    _g.Node("MatMul", [left, _g.Node("Transpose", [left], [], ("perm", new[] { 0, 2, 1 }))], []));
            case "pad_overflow":
                return _g.Model(_g.Node(
                    "Pad", [_g.Input("x", 1, 3, 4, 4), _g.Integers(0, 0, long.MaxValue, 0, 0, 0, long.MaxValue, 0)],
                    []));
            case "group_overflow":
                var transposed = _g.Node(
                    "ConvTranspose", [_g.Input("x", 1, 3, 4, 4), _g.Weight("w", [3, 4, 1, 1], 1)], [], ("group", 1));
                _g.Message.Node[0].Attribute[0].I = long.MaxValue;
                return _g.Model(transposed);
            case "zerodim":
                return _g.Model(_g.Node("Flatten", [_g.Node(
                    "Slice", [_g.Input("x", 1, 3, 4), _g.Integers(0), _g.Integers(0), _g.Integers(1)], [])], []));
            case "zero_times":
                return _g.Model(
                    _g.Node("Flatten", [_g.Node("Tile", [_g.Input("x", 1, 3, 1), _g.Integers(1, 1, 0)], [])], []));
            case "kernel_shape":
                return _g.Model(_g.Node(
                    "Conv", [_g.Input("x", 1, 1, 8, 8), _g.Weight("w", [1, 1, 3, 3], 1)], [],
                    ("kernel_shape", new[] { 5, 5 })));
            default:
                return _g.Model(
                    _g.Node("DepthToSpace", [_g.Input("x", 1, 4, 2, 2)], [], ("blocksize", 2), ("mode", "RCD")));
        }

        string Doubled(string value)
        {
            for (var times = 0; times < Doublings; times++)
            {
                value = _g.Node("Concat", [value, value], [], ("axis", 1));
            }

            return value;
        }
    }

    [Fact]
    public void A_graph_nested_deeply()
    {
        var graph = new GraphProto { Name = "innermost" };
        for (var depth = 0; depth < 200; depth++)
        {
            var node = new NodeProto { OpType = "If" };
            node.Attribute.Add(
                new AttributeProto
                {
                    Name = "then_branch",
                    Type = AttributeProto.Types.AttributeType.Graph,
                    G = graph,
                });
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
        File.WriteAllBytes(_folder.PathOf("secret.bin"), new byte[64]);
        var inside = Directory.CreateDirectory(_folder.PathOf("model")).FullName;
        File.CreateSymbolicLink(Path.Combine(inside, "link.bin"), _folder.PathOf("secret.bin"));
        Directory.CreateSymbolicLink(Path.Combine(inside, "folder"), _folder.Path);
        _g.Weight("weight", [4, 4], 1);
        var tensor = _g.Message.Initializer[0];
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });

        Refuses(_g.Model(_g.Node("MatMul", [_g.Input("x", 1, 4), "weight"], [])), location, "model/a.onnx");
    }

    // The file's, or that of the node that is kept as it is.
    private string ReasonOf(ModelProto model)
    {
        try
        {
            return Unread.ReasonsOf(model, _folder.PathOf("a.onnx"));
        }
        catch (OcsInputException error)
        {
            return error.Message;
        }
    }

    private void Refuses(ModelProto model, string word, string name = "a.onnx")
    {
        File.WriteAllBytes(_folder.PathOf(name), model.ToByteArray());
        var error = Assert.Throws<OcsInputException>(() => OnnxFile.Read(_folder.PathOf(name)).Dispose());
        Assert.StartsWith(_folder.PathOf(name), error.Message, StringComparison.Ordinal);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }
}
