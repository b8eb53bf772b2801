using Google.Protobuf;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Torch;
using Onnx;
using AttributeType = Onnx.AttributeProto.Types.AttributeType;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Operators of exported networks on a computed value: each is read whole, computes what ONNX Runtime does from the
/// same file, and is written so that it does again.
/// </summary>
[NoTensorLeaks]
public sealed class CoverageTests : IDisposable
{
    private static readonly Dictionary<string, Func<HandMade, string, string>> Nodes = new()
    {
        ["Pow"] = (g, x) => g.Node("Pow", [x, g.Scalar(2)], []),
        ["Pow of a root"] = (g, x) => g.Node("Pow", [g.Node("Abs", [x], []), g.Scalar(0.5f)], []),
        ["Sqrt"] = (g, x) => g.Node("Sqrt", [g.Node("Abs", [x], [])], []),
        ["Log"] = (g, x) => g.Node("Log", [g.Node("Softplus", [x], [])], []),
        ["Reciprocal"] = (g, x) => g.Node("Reciprocal", [g.Node("Exp", [x], [])], []),
        ["ThresholdedRelu"] = (g, x) => g.Node("ThresholdedRelu", [x], [], ("alpha", 0.2f)),
        ["Floor, Ceil, Round, Sign"] = (g, x) => g.Node(
            "Sum",
            [.. new[] { "Floor", "Ceil", "Round", "Sign" }.Select(type => g.Node(type, [Times(g, x, 3.3f)], []))], []),
        ["Sin, Cos, Erf, Softsign"] = (g, x) => g.Node(
            "Sum", [.. new[] { "Sin", "Cos", "Erf", "Softsign" }.Select(type => g.Node(type, [x], []))], []),
        ["L2 norm over channels"] = (g, x) => g.Node(
            "Div", [x, g.Node("ReduceL2", [x], [], ("axes", new[] { 1 }))], []),
        ["RMS norm by formula"] = (g, x) => g.Node(
            "Div",
            [
                x,
                g.Node("Sqrt", [g.Node("Add", [g.Node("ReduceMean", [g.Node("Pow", [x, g.Scalar(2)], [])], [],
                    ("axes", new[] { 1 })), g.Scalar(1e-3f)], [])], []),
            ], []),
        ["RMS norm by rsqrt, as Llama's"] = (g, x) => g.Node(
            "Mul",
            [
                g.Weight("norm.weight", [6], 1, 0.5f, 2, 1.5f, -1, 1),
                g.Node("Mul", [x, g.Node("Reciprocal", [Root(g, x)], [])], []),
            ], []),
        ["RMS norm by 1 / x"] = (g, x) => g.Node(
            "Mul",
            [
                g.Node("Mul", [g.Node("Div", [g.Scalar(1), Root(g, x)], []), x], []),
                g.Weight("norm.weight", [6], 1, 0.5f, 2, 1.5f, -1, 1),
            ], []),
        ["ReduceL1"] = (g, x) => g.Node("ReduceL1", [x], [], ("axes", new[] { 2, 3 })),
        ["ReduceSumSquare"] = (g, x) => g.Node("ReduceSumSquare", [x], [], ("axes", new[] { 3 }), ("keepdims", 0)),
        ["ReduceMin"] = (g, x) => g.Node("ReduceMin", [x], [], ("axes", new[] { 1, 2 })),
        ["ReduceProd"] = (g, x) => g.Node("ReduceProd", [x], [], ("axes", new[] { 1, 3 })),
        ["ReduceLogSumExp"] = (g, x) => g.Node("ReduceLogSumExp", [x], [], ("axes", new[] { 1 })),
        ["LRN"] = (g, x) => g.Node("LRN", [x], [], ("size", 3), ("alpha", 0.5f)),
        ["Where with a number"] = (g, x) => g.Node("Where", [Mask(g), x, g.Scalar(-10)], []),
        ["Where with minus infinity"] = (g, x) => g.Node(
            "Softmax", [g.Node("Where", [Mask(g), g.Scalar(float.NegativeInfinity), x], [])], [], ("axis", 3)),
        ["Where of two values"] = (g, x) => g.Node("Where", [Mask(g), x, g.Node("Neg", [x], [])], []),
        ["Where of a comparison that is known"] = (g, x) => g.Node(
            "Where", [g.Node("Greater", [g.Weight("row", [6], 1, -1, 2, -2, 0, 3), g.Scalar(0)], []), x, g.Scalar(0)],
            []),
        ["Einsum of two values"] = (g, x) => Einsum(g, "bchw,bcwk->bchk", x, g.Node(
            "Transpose", [x], [], ("perm", new[] { 0, 1, 3, 2 }))),
        ["Einsum whose result is turned"] = (g, x) => Einsum(g, "bchw,bckw->bkhc", x, x),
        ["Einsum with a weight"] = (g, x) => Einsum(
            g, "bchw,wk->bchk", x, g.Weight("einsum", [6, 4], new Dice(4).Floats(24, -1, 1))),
        ["Einsum with a weight of three dimensions"] = (g, x) => Einsum(
            g, "bchw,hwk->bck", x, g.Weight("einsum", [5, 6, 4], new Dice(4).Floats(120, -1, 1))),
        ["If whose condition is known"] = (g, x) => If(g, x),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => [.. Nodes.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Onnx_runtime_computes_the_same(string kind)
    {
        var g = new HandMade();
        var x = Times(g, g.Node("Relu", [g.Input("x", 1, 3, 5, 6)], []), 1);
        AssertSame(g.Model(Nodes[kind](g, g.Node("Sub", [x, g.Scalar(0.4f)], []))), new Dice(1).Floats(90, -1, 1));
    }

    [Fact]
    public void Images_of_bytes_stay_bytes()
    {
        var g = new HandMade();
        var x = g.Node("Cast", [g.Input("x", 1, 3, 5, 6)], [], ("to", (int)DataType.Float));
        var model = g.Model(g.Node("Relu", [Times(g, x, 1 / 255f)], []));
        model.Graph.Input[0].Type.TensorType.ElemType = (int)DataType.Uint8;

        AssertSame(model, [.. Enumerable.Range(0, 90).Select(number => (float)number)]);
    }

    [Fact]
    public void An_output_keeps_its_batch_where_it_was()
    {
        var g = new HandMade();
        var steps = g.Node("Transpose", [g.Input("x", 1, 3, 5, 6)], [], ("perm", new[] { 3, 1, 0, 2 }));
        var layer = g.Node("MatMul", [steps, g.Weight("w", [5, 4], new Dice(4).Floats(20, -1, 1))], []);
        var model = g.Model(g.Node("Relu", [layer], []));
        model.Graph.Output[0].Type.TensorType.Shape = null;
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        using var read = OnnxFile.Read(_folder.PathOf("a.onnx"));
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);
        var (numbers, output) = (new Dice(1).Floats(90, -1, 1), read.Graph.Origin!.Outputs[0]);
        var (expected, actual) = (Run("a.onnx", numbers), Run("again.onnx", numbers));

        Assert.Null(read.Graph.Origin.Kept);
        Assert.Equal(2, output.Batch);
        Assert.Equal(expected.Shape.AsSpan().ToArray(), actual.Shape.AsSpan().ToArray());
        Tensors.AssertClose(expected.As<float>(), actual.As<float>());
    }

    private static string Times(HandMade g, string x, float number) => g.Node("Mul", [x, g.Scalar(number)], []);

    // sqrt(mean(x²) + ε) over the last dimension.
    private static string Root(HandMade g, string x)
    {
        var mean = g.Node("ReduceMean", [g.Node("Pow", [x, g.Scalar(2)], [])], [], ("axes", new[] { -1 }));
        return g.Node("Sqrt", [g.Node("Add", [mean, g.Scalar(1e-3f)], [])], []);
    }

    private static string Mask(HandMade g)
    {
        var mask = new TensorProto { Name = "mask", DataType = (int)DataType.Bool };
        mask.Dims.AddRange([1, 1, 5, 6]);
        mask.RawData = ByteString.CopyFrom([.. Enumerable.Range(0, 30).Select(place => (byte)(place % 3 / 2))]);
        g.Message.Initializer.Add(mask);
        return mask.Name;
    }

    private static string Einsum(HandMade g, string equation, string left, string right) =>
        g.Node("Einsum", [left, right], [], ("equation", equation));

    // As PyTorch writes squeeze: whether a dimension is 1 is asked of the shape.
    private static string If(HandMade g, string x)
    {
        var channels = g.Node("Gather", [g.Node("Shape", [x], []), g.Integers(1)], []);
        var output = g.Node("If", [g.Node("Equal", [channels, g.Integers(3)], [])], []);
        foreach (var (attribute, type) in new[] { ("then_branch", "Sigmoid"), ("else_branch", "Hardmax") })
        {
            var branch = new GraphProto { Name = attribute };
            branch.Node.Add(new NodeProto { OpType = type, Input = { x }, Output = { $"{attribute}:made" } });
            branch.Output.Add(new ValueInfoProto
            {
                Name = $"{attribute}:made",
                Type = new() { TensorType = new() { ElemType = (int)DataType.Float } },
            });
            g.Message.Node[^1].Attribute.Add(
                new AttributeProto { Name = attribute, Type = AttributeType.Graph, G = branch });
        }

        return g.Node("Relu", [output], []);
    }

    private void AssertSame(ModelProto model, float[] numbers)
    {
        model.Graph.Output[0].Type.TensorType.Shape = null;
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        using var read = OnnxFile.Read(_folder.PathOf("a.onnx"));
        Assert.Null(read.Graph.Origin!.Kept);
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);
        using var noGradients = Autograd.NoGrad();
        using var x = Tensor.FromArray<float>(numbers, [1, 3, 5, 6]);
        using var actual = new Executor(read.Graph, read.Parameters).Forward(x, training: false);
        var expected = Run("a.onnx", numbers);

        Assert.Equal(expected.Shape.AsSpan().ToArray(), actual.Shape.ToArray());
        Tensors.AssertClose(expected.As<float>(), actual.ToArray<float>());
        Tensors.AssertClose(expected.As<float>(), Run("again.onnx", numbers).As<float>());
    }

    private TensorData Run(string file, float[] numbers)
    {
        using var session = InferenceSession.Open(_folder.PathOf(file), 1);
        return session.Run(session.Inputs[0].Type == ElementType.UInt8
            ? TensorData.Of(Array.ConvertAll(numbers, number => (byte)number), 1, 3, 5, 6)
            : TensorData.Of(numbers, 1, 3, 5, 6))[0];
    }
}
