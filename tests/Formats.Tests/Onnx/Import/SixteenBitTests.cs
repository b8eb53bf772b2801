using System.Runtime.InteropServices;
using Google.Protobuf;
using Ocs.Graphs;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Files of 16-bit floats stay such files, also when they are cut: a program gives and gets what it did.
/// </summary>
[NoTensorLeaks]
public sealed class SixteenBitTests : IDisposable
{
    private const double Tolerance = 1e-2;
    private readonly TemporaryFolder _folder = new();

    /// <summary>How 16-bit floats are used in a file.</summary>
    public enum Use
    {
        /// <summary>Everything is.</summary>
        All,

        /// <summary>Everything but inputs and outputs.</summary>
        Inside,

        /// <summary>Weights alone, and a Cast makes 32 bits of them.</summary>
        Weights,
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Use.All, nameof(DataType.Float16))]
    [InlineData(Use.Inside, nameof(DataType.Float16))]
    [InlineData(Use.Weights, nameof(DataType.Float16))]
    [InlineData(Use.Weights, nameof(DataType.Bfloat16))]
    public void A_cut_file_has_the_types_of_the_whole_one_and_computes_the_same(Use use, string kind)
    {
        var type = Enum.Parse<DataType>(kind);
        using var read = Read(Classifier(use, type));
        using var cut = read.Prune(new() { Target = 0.5, TargetTolerance = null });
        using var zeroed = cut.Plan.Expand(cut.Network.Parameters);
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);
        OnnxFile.Write(_folder.PathOf("zeroed.onnx"), cut.Plan.Before, zeroed);
        OnnxFile.Write(_folder.PathOf("cut.onnx"), cut.Network);

        var ends = use == Use.All ? ElementType.Float16 : ElementType.Float32;
        AssertEqual("a.onnx", "again.onnx", ends);
        AssertEqual("zeroed.onnx", "cut.onnx", ends);
        Assert.Empty(OnnxFile.Changes(cut.Network.Graph));
        Assert.All(WeightsOf("cut.onnx"), tensor => Assert.Equal(type, (DataType)tensor.DataType));
        Assert.InRange((double)NumbersOf("cut.onnx") / NumbersOf("a.onnx"), 0.3, 0.7);
        var (whole, half) = (new FileInfo(_folder.PathOf("a.onnx")), new FileInfo(_folder.PathOf("cut.onnx")));
        Assert.InRange((whole.Length - half.Length) / 2.0 / (NumbersOf("a.onnx") - NumbersOf("cut.onnx")), 0.9, 1.1);
    }

    // ONNX Runtime has no convolutions of such numbers on a CPU.
    [Fact]
    public void Inputs_and_outputs_of_the_shorter_kind_stay_so()
    {
        using var read = Read(Classifier(Use.All, DataType.Bfloat16));
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);

        using var session = InferenceSession.Open(_folder.PathOf("again.onnx"), 1);
        var numbers = Array.ConvertAll(new Dice(3).Floats(3 * 8 * 8, -2, 2), BFloat16.FromSingle);
        var given = session.Run(TensorData.Of(numbers, 1, 3, 8, 8))[0];
        using var expected = Run(read, Array.ConvertAll(numbers, number => number.ToSingle()));
        Tensors.AssertClose(
            expected.ToArray<float>(), Array.ConvertAll(given.As<BFloat16>(), number => number.ToSingle()), Tolerance);
        Assert.All(WeightsOf("again.onnx"), tensor => Assert.Equal(DataType.Bfloat16, (DataType)tensor.DataType));
    }

    [Fact]
    public void They_survive_an_ocs_file()
    {
        using var read = Read(Classifier(Use.Weights, DataType.Float16));
        OcsFile.Write(_folder.PathOf("a.ocs"), read.Graph, read.Parameters);
        using var again = OcsFile.Read(_folder.PathOf("a.ocs"));
        OnnxFile.Write(_folder.PathOf("first.onnx"), read);
        OnnxFile.Write(_folder.PathOf("second.onnx"), again);

        Assert.Equal(File.ReadAllBytes(_folder.PathOf("first.onnx")), File.ReadAllBytes(_folder.PathOf("second.onnx")));
    }

    [Fact]
    public void Of_other_floats_that_are_asked_for_it_is_told()
    {
        using var read = Read(Classifier(Use.All, DataType.Float16));
        var options = new OnnxOptions { Floats = OnnxFloats.Float32 };
        OnnxFile.Write(_folder.PathOf("wide.onnx"), read, options);

        Assert.Equal(
            [
                "The weights are written as 32-bit floats (15.0 kB); they were Float16, which would take 7.5 kB.",
                "Input 'image' is Float [n, 3, 8, 8] now; it was Float16 [n, 3, 8, 8].",
                "Output 'scores' is Float [n, 6] now; it was Float16 [n, 6].",
            ],
            OnnxFile.Changes(read.Graph, options));
        using var session = InferenceSession.Open(_folder.PathOf("wide.onnx"), 1);
        Assert.Equal("Float32 [any, 3, 8, 8]", session.Inputs[0].ToString());
    }

    [Fact]
    public void Nodes_that_are_kept_stay_as_they_are_around_16_bit_floats()
    {
        var model = Classifier(Use.Weights, DataType.Float);
        var scores = model.Graph.Output[0].Name;
        var sorted = new NodeProto
        {
            OpType = "TopK",
            Name = "best",
            Input = { scores, "k" },
            Output = { "top", "of" },
        };
        model.Graph.Node.Add(sorted);
        var count = new TensorProto { Name = "k", DataType = (int)DataType.Int64, Int64Data = { 3 } };
        count.Dims.Add(1);
        model.Graph.Initializer.Add(count);
        model.Graph.Output.Add(Output("top", DataType.Float));
        model.Graph.Output.Add(Output("of", DataType.Int64));
        using var read = Read(model);
        OnnxFile.Write(_folder.PathOf("half.onnx"), read, new() { Floats = OnnxFloats.Float16 });

        Assert.Equal("best", Assert.Single(read.Graph.Origin!.Kept!.Nodes).Name);
        AssertEqual("a.onnx", "half.onnx", ElementType.Float32);
        Assert.All(WeightsOf("half.onnx"), tensor => Assert.Equal(DataType.Float16, (DataType)tensor.DataType));
        Assert.Contains(sorted, ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("half.onnx"))).Graph.Node);
    }

    private void AssertEqual(string first, string second, ElementType ends)
    {
        using var one = InferenceSession.Open(_folder.PathOf(first), 1);
        using var other = InferenceSession.Open(_folder.PathOf(second), 1);
        var numbers = new Dice(3).Floats(3 * 8 * 8, -2, 2);
        var input = ends == ElementType.Float16
            ? TensorData.Of(Array.ConvertAll(numbers, number => (Half)number), 1, 3, 8, 8)
            : TensorData.Of(numbers, 1, 3, 8, 8);

        Assert.Equal(ends, other.Inputs[0].Type);
        var (expected, actual) = (one.Run(input)[0], other.Run(input)[0]);
        Assert.Equal(ends, actual.Type);
        Tensors.AssertClose(Floats(expected), Floats(actual), Tolerance);
    }

    private static float[] Floats(TensorData data) => data.Type == ElementType.Float16
        ? Array.ConvertAll(data.As<Half>(), number => (float)number)
        : data.As<float>();

    private static Torch.Tensor Run(Network network, float[] image)
    {
        using var _ = Torch.Autograd.NoGrad();
        using var input = Torch.Tensor.FromArray<float>(image, [1, 3, 8, 8]);
        return new Executor(network.Graph, network.Parameters).Forward(input, training: false);
    }

    private List<TensorProto> WeightsOf(string file) =>
    [
        .. ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf(file))).Graph.Initializer
            .Where(tensor => tensor.Name.EndsWith(".weight", StringComparison.Ordinal)),
    ];

    private long NumbersOf(string file) =>
        WeightsOf(file).Sum(tensor => tensor.Dims.Aggregate(1L, (product, size) => product * size));

    private Network Read(ModelProto model)
    {
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        return OnnxFile.Read(_folder.PathOf("a.onnx"));
    }

    private static ModelProto Classifier(Use use, DataType type)
    {
        var g = new HandMade();
        var dice = new Dice(5);
        string Weight(string name, params long[] shape) => g.Weight(
            name, shape, dice.Floats(shape.Aggregate(1L, (product, size) => product * size), -0.3, 0.3));

        var image = g.Input("image", 1, 3, 8, 8);
        var x = use == Use.Inside ? g.Node("Cast", [image], [], ("to", (int)type)) : image;
        x = g.Node("Relu", [g.Node("Conv", [x, Weight("first.weight", 24, 3, 3, 3)], [])], []);
        x = g.Node("Relu", [g.Node("Conv", [x, Weight("second.weight", 14, 24, 3, 3)], [])], []);
        x = g.Node("Flatten", [g.Node("GlobalAveragePool", [x], [])], []);
        x = g.Node("Gemm", [x, Weight("head.weight", 6, 14)], [], ("transB", 1));
        g.Node("Cast", [x], [], ("to", (int)(use == Use.All ? type : DataType.Float)));
        g.Message.Node[^1].Output[0] = "scores";
        var model = g.Model("scores");
        Narrow(model.Graph, use, type);
        return model;
    }

    private static void Narrow(GraphProto graph, Use use, DataType type)
    {
        graph.Input[0].Type.TensorType.Shape.Dim[0] = new() { DimParam = "n" };
        graph.Output[0] = Output("scores", use == Use.All ? type : DataType.Float);
        graph.Output[0].Type.TensorType.Shape.Dim.AddRange([new() { DimParam = "n" }, new() { DimValue = 6 }]);
        graph.Input[0].Type.TensorType.ElemType = (int)(use == Use.All ? type : DataType.Float);
        foreach (var tensor in graph.Initializer.Where(_ => type != DataType.Float).ToList())
        {
            float[] numbers = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
            var bytes = type == DataType.Float16
                ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(numbers, number => (Half)number))
                : MemoryMarshal.AsBytes<BFloat16>(Array.ConvertAll(numbers, BFloat16.FromSingle));
            (tensor.DataType, tensor.RawData) = ((int)type, ByteString.CopyFrom(bytes));
            if (use == Use.Weights)
            {
                var wide = $"{tensor.Name}/wide";
                var cast = new NodeProto { OpType = "Cast", Input = { tensor.Name }, Output = { wide } };
                cast.Attribute.Add(new AttributeProto
                {
                    Name = "to",
                    Type = AttributeProto.Types.AttributeType.Int,
                    I = (int)DataType.Float,
                });
                foreach (var reader in graph.Node.Where(node => node.Input.Contains(tensor.Name)))
                {
                    reader.Input[reader.Input.IndexOf(tensor.Name)] = wide;
                }

                graph.Node.Insert(0, cast);
            }
        }
    }

    private static ValueInfoProto Output(string name, DataType type) => new()
    {
        Name = name,
        Type = new() { TensorType = new() { ElemType = (int)type, Shape = name == "scores" ? new() : null } },
    };
}
