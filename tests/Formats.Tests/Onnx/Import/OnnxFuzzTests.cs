using Google.Protobuf;
using Ocs.Formats.Tests.Onnx.Keeping;
using Ocs.Formats.Tests.Onnx.Probes;
using Onnx;
using Xunit.Abstractions;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>
/// Damage at random, to the bytes and to what they say: a file is read or refused in one sentence, in little time and
/// memory.
/// </summary>
[NoTensorLeaks]
public sealed class OnnxFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const long MostElements = 64L << 20;
    private const string Secret = "outside.bin";

    // The tags of fields.
    private static readonly byte[] Telling = [0x0a, 0x12, 0x22];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bytes of an image network", 20)]
    [InlineData("bytes of attention", 20)]
    [InlineData("bytes of nodes that are kept", 5)]
    [InlineData("nodes around those that are kept", 5)]
    [InlineData("bytes of a quantized network", 5)]
    [InlineData("nodes of a quantized network", 5)]
    [InlineData("nodes of any operator", 5)]
    [InlineData("truncated", 90)]
    [InlineData("nodes", 30)]
    [InlineData("shapes", 30)]
    [InlineData("external data", 60)]
    public void Damage_is_read_or_refused_in_one_sentence(string kind, int percentRefused)
    {
        Directory.CreateDirectory(_folder.PathOf("model"));
        File.WriteAllBytes(_folder.PathOf(Secret), new byte[1 << 12]);
        Fuzz.Try(
            $"ONNX, {kind}", output, _folder.PathOf("model/damaged.onnx"), percentRefused,
            dice => File.WriteAllBytes(_folder.PathOf("model/damaged.onnx"), Make(kind, dice)), Read);
    }

    private void Read()
    {
        using var model = OnnxFile.Read(_folder.PathOf("model/damaged.onnx"));
        Assert.InRange(model.Graph.Parameters.Sum(spec => spec.ElementCount), 0, MostElements);
        if (model.Graph.Origin is { Kept: not null } or { Dequantized: > 0 })
        {
            // A refusal to write names the network, not the file that it was read from.
            var failure = Record.Exception(() => OnnxFile.Write(Stream.Null, model));
            Assert.True(failure is null or OcsInputException, $"{failure}");
        }
    }

    private static byte[] Make(string kind, Dice dice)
    {
        switch (kind)
        {
            case "bytes of an image network":
                return Damage.Bytes(Images().ToByteArray(), dice, Telling);
            case "bytes of attention":
                return Damage.Bytes(Attention().ToByteArray(), dice, Telling);
            case "bytes of nodes that are kept":
                return Damage.Bytes(WildFile.Of(Wild(dice)).ToByteArray(), dice, Telling);
            case "nodes around those that are kept":
                var wild = WildFile.Of(Wild(dice));
                DamageNode(wild.Graph, dice);
                return wild.ToByteArray();
            case "bytes of a quantized network":
                return Damage.Bytes(Quantized().ToByteArray(), dice, Telling);
            case "nodes of a quantized network" or "nodes of any operator":
                var probed = kind == "nodes of any operator"
                    ? ProbeFile.Of(dice.Pick<Probe>([.. Probes.Probes.All]))
                    : Quantized();
                DamageNode(probed.Graph, dice);
                return probed.ToByteArray();
            case "truncated":
                var whole = (dice.Chance(0.5) ? Images() : Attention()).ToByteArray();
                return whole[..dice.Roll(whole.Length)];
        }

        var model = dice.Chance(0.5) ? Images() : Attention();
        for (var step = 1 + dice.Roll(3); step > 0; step--)
        {
            switch (kind)
            {
                case "nodes":
                    DamageNode(model.Graph, dice);
                    break;
                case "shapes":
                    DamageShape(model.Graph, dice);
                    break;
                default:
                    MoveOutside(model.Graph, dice);
                    break;
            }
        }

        return model.ToByteArray();
    }

    private static string Wild(Dice dice) => dice.Pick<string>([.. WildFile.Kinds.Keys]);

    // Other inputs make cycles, values that nobody makes, and constants where none may be.
    private static void DamageNode(GraphProto graph, Dice dice)
    {
        var node = graph.Node[dice.Roll(graph.Node.Count)];
        var other = graph.Node[dice.Roll(graph.Node.Count)];
        switch (dice.Roll(8))
        {
            case 0 when node.Input.Count > 0:
                node.Input[dice.Roll(node.Input.Count)] = other.Output[0];
                break;
            case 1 when node.Input.Count > 0:
                node.Input[dice.Roll(node.Input.Count)] = dice.Pick(
                    "", "nobody", graph.Initializer[dice.Roll(graph.Initializer.Count)].Name);
                break;
            case 2:
                node.Output[0] = other.Output[0];
                break;
            case 3:
                node.OpType = dice.Pick(
                    other.OpType, "If", "Loop", "Transpose", "Reshape", "Softmax", "Concat", "Expand", "Gather",
                    "ConstantOfShape", "DequantizeLinear", "Where", "TopK", "Cast", "OneHot", "GatherElements");
                break;
            case 4 when node.Input.Count > 0:
                node.Input.RemoveAt(dice.Roll(node.Input.Count));
                break;
            case 5:
                graph.Node.Remove(node);
                break;
            case 6:
                node.Input.Add(other.Output[0]);
                break;
            default:
                foreach (var attribute in node.Attribute)
                {
                    attribute.I = dice.Pick(-1, 0, 7, int.MaxValue, long.MinValue, long.MaxValue);
                    for (var index = 0; index < attribute.Ints.Count; index++)
                    {
                        attribute.Ints[index] = dice.Chance(0.5)
                            ? dice.Pick(-1, 0, 9, 1 << 20, long.MaxValue)
                            : attribute.Ints[index];
                    }
                }

                break;
        }
    }

    private static void DamageShape(GraphProto graph, Dice dice)
    {
        long[] sizes = [-1, 0, 1, 3, 1 << 16, int.MaxValue, 1L << 40, long.MaxValue, long.MinValue];
        var size = sizes[dice.Roll(sizes.Length)];
        if (dice.Chance(0.3))
        {
            var dimensions = graph.Input[0].Type.TensorType.Shape.Dim;
            dimensions[dice.Roll(dimensions.Count)].DimValue = size;
            return;
        }

        var tensor = graph.Initializer[dice.Roll(graph.Initializer.Count)];
        if (tensor.Int64Data.Count > 0 && dice.Chance(0.6))
        {
            tensor.Int64Data[dice.Roll(tensor.Int64Data.Count)] = size;
        }
        else if (tensor.Dims.Count > 0)
        {
            tensor.Dims[dice.Roll(tensor.Dims.Count)] = size;
        }
        else
        {
            tensor.DataType = dice.Roll(24);
        }
    }

    private static void MoveOutside(GraphProto graph, Dice dice)
    {
        var tensor = graph.Initializer[dice.Roll(graph.Initializer.Count)];
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Clear();
        var place = dice.Pick(
            $"../{Secret}", $"..\\{Secret}", $"a/../../{Secret}", "/etc/passwd", "/dev/zero", ".", "", "damaged.onnx",
            "missing", "x\0y");
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = place });
        tensor.ExternalData.Add(
            new StringStringEntryProto { Key = "offset", Value = dice.Pick("0", "-1", "9223372036854775807", "many") });
        if (dice.Chance(0.5))
        {
            tensor.ExternalData.Add(
                new StringStringEntryProto
                {
                    Key = "length",
                    Value = dice.Pick("16", "-5", "9223372036854775807", ""),
                });
        }
    }

    private static ModelProto Images()
    {
        var g = new HandMade();
        var x = g.Input("x", 1, 3, 8, 8);
        var y = g.Node(
            "Conv", [x, g.Weight("conv.weight", [4, 3, 3, 3], 0.1f), g.Weight("conv.bias", [4], 0.2f)], [],
            ("pads", new[] { 1, 1, 1, 1 }));
        y = g.Node("Clip", [y, g.Scalar(0), g.Scalar(6)], []);
        y = g.Node("MaxPool", [y], [], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        var shape = g.Node("Shape", [y], []);
        var batch = g.Node("Gather", [shape, g.Integers(0)], [], ("axis", 0));
        var target = g.Node("Concat", [batch, g.Integers(-1)], [], ("axis", 0));
        y = g.Node("Reshape", [y, target], []);
        return g.Model(g.Node(
            "Gemm", [y, g.Weight("fc.weight", [5, 64], 0.1f), g.Weight("fc.bias", [5], 0.1f)], [], ("transB", 1)));
    }

    private static ModelProto Quantized()
    {
        var g = new HandMade();
        string Bytes(string name, TensorProto.Types.DataType type, params long[] shape)
        {
            var count = (int)shape.Aggregate(1L, (product, size) => product * size);
            var numbers = ByteString.CopyFrom(new byte[count]);
            var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = numbers };
            tensor.Dims.AddRange(shape);
            g.Message.Initializer.Add(tensor);
            return name;
        }

        string Pair(string x, string zero)
        {
            var scale = g.Scalar(0.1f);
            return g.Node("DequantizeLinear", [g.Node("QuantizeLinear", [x, scale, zero], []), scale, zero], []);
        }

        var zero = Bytes("zero", TensorProto.Types.DataType.Uint8);
        var x = Pair(g.Input("x", 1, 3, 8, 8), zero);
        var weight = Bytes("conv.weight_quantized", TensorProto.Types.DataType.Int8, 4, 3, 3, 3);
        weight = g.Node("DequantizeLinear", [weight, g.Weight("scale", [4], 0.1f)], [], ("axis", 0));
        x = Pair(g.Node("Conv", [x, weight], [], ("pads", new[] { 1, 1, 1, 1 })), zero);
        x = g.Node("Flatten", [g.Node("GlobalAveragePool", [x], [])], []);
        return g.Model(g.Node("Gemm", [x, g.Weight("fc.weight", [5, 4], 0.1f)], [], ("transB", 1)));
    }

    private static ModelProto Attention()
    {
        var g = new HandMade();
        var x = g.Input("x", 1, 5, 8);
        string Heads(string name, params int[] order)
        {
            var linear = g.Node("MatMul", [x, g.Weight(name, [8, 8], 0.1f)], []);
            var split = g.Node("Reshape", [linear, g.Integers(0, -1, 2, 4)], []);
            return g.Node("Transpose", [split], [], ("perm", order));
        }

        var scores = g.Node("MatMul", [Heads("q", 0, 2, 1, 3), Heads("k", 0, 2, 3, 1)], []);
        var weights = g.Node("Softmax", [g.Node("Div", [scores, g.Scalar(2)], [])], [], ("axis", -1));
        var rows = g.Node(
            "Transpose", [g.Node("MatMul", [weights, Heads("v", 0, 2, 1, 3)], [])], [], ("perm", new[] { 0, 2, 1, 3 }));
        var merged = g.Node("Reshape", [rows, g.Integers(0, 0, -1)], []);
        return g.Model(g.Node("Add", [merged, x], []));
    }
}
