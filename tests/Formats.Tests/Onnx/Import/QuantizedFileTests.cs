using Google.Protobuf;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Ocs.Formats.Tests.Onnx.Import;

/// <summary>Files with QuantizeLinear and DequantizeLinear are read as float networks.</summary>
[NoTensorLeaks]
public sealed class QuantizedFileTests : IDisposable
{
    private const double Scale = 0.04;
    private readonly TemporaryFolder _folder = new();
    private readonly HandMade _g = new();
    private readonly Dice _dice = new(4);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_outputs_are_those_of_the_file_but_for_its_rounding()
    {
        using var read = Read(Classifier());

        Assert.Null(read.Graph.Origin!.Kept);
        Assert.Equal(8, read.Graph.Origin.Dequantized);
        OnnxFile.Write(_folder.PathOf("float.onnx"), read);
        Tensors.AssertClose(Run("a.onnx"), Run("float.onnx"), 0.05);
        Assert.DoesNotContain("Linear", string.Join(' ', NodesOf("float.onnx")), StringComparison.Ordinal);
        Assert.Equal(
            [
                "The file has floats: 8 values and weights of fewer bits were read as floats; "
                    + "quantize it again for 8 bits.",
            ],
            OnnxFile.Changes(read.Graph));
    }

    [Fact]
    public void Weights_have_their_names_and_a_scale_for_each_channel()
    {
        using var read = Read(Classifier());

        Assert.Equal(
            ["first.weight", "first.bias", "second.weight", "head.weight"],
            read.Graph.Parameters.Select(spec => spec.Name));
        var weight = read.Parameters["first.weight"].ToArray<float>();
        var bytes = Stored("first.weight_quantized");
        Assert.All(
            Enumerable.Range(0, weight.Length),
            place => Assert.Equal((sbyte)bytes[place] * (0.004 + 0.0001 * (place / 27)), weight[place], 1e-6));
    }

    [Fact]
    public void A_cut_file_computes_what_the_zeroed_one_does()
    {
        using var read = Read(Classifier());
        using var cut = read.Prune(new() { Target = 0.5, TargetTolerance = null });
        using var zeroed = cut.Plan.Expand(cut.Network.Parameters);
        OnnxFile.Write(_folder.PathOf("zeroed.onnx"), cut.Plan.Before, zeroed);
        OnnxFile.Write(_folder.PathOf("cut.onnx"), cut.Network);

        Assert.True(cut.Network.Macs < 0.7 * read.Macs);
        Tensors.AssertClose(Run("zeroed.onnx"), Run("cut.onnx"), 1e-4);
    }

    // Quantizers take a ReLU out where the whole numbers begin at 0.
    [Fact]
    public void The_range_of_the_whole_numbers_stays()
    {
        using var read = Read(_g.Model(Pair(_g.Input("image", 1, 3, 8, 8), DataType.Uint8, 0)));

        var bounds = Assert.IsType<Clamp>(read.Graph.Nodes[^1].Operator);
        Assert.Equal((0, 255 * Scale), (bounds.Lowest, bounds.Highest), new Near());
    }

    [Fact]
    public void Whole_numbers_of_other_types_have_other_ranges()
    {
        using var read = Read(_g.Model(Pair(_g.Input("image", 1, 3, 8, 8), DataType.Int8, 20)));

        var bounds = Assert.IsType<Clamp>(read.Graph.Nodes[^1].Operator);
        Assert.Equal((-148 * Scale, 107 * Scale), (bounds.Lowest, bounds.Highest), new Near());
    }

    [Fact]
    public void Weights_that_the_file_rounds_itself_are_rounded()
    {
        float[] numbers = [.. Enumerable.Range(0, 12).Select(place => 0.1f * place - 0.53f), 400, -400];
        var image = _g.Input("image", 1, 14);
        var weight = Pair(_g.Weight("w", [1, 14], numbers), DataType.Int8, 0);
        using var read = Read(_g.Model(_g.Node("Gemm", [image, weight], [], ("transB", 1))));

        Assert.Equal(
            numbers.Select(number => (float)(Scale * Math.Clamp(Math.Round(number / Scale), -128, 127))),
            read.Parameters["w"].ToArray<float>(), (one, other) => Math.Abs(one - other) < 1e-6);
    }

    [Fact]
    public void Images_of_bytes_are_scaled()
    {
        var image = _g.Input("image", 1, 3, 8, 8);
        _g.Message.Input[0].Type.TensorType.ElemType = (int)DataType.Uint8;
        var x = _g.Node("DequantizeLinear", [image, _g.Scalar((float)Scale), Zero(DataType.Uint8, 128)], []);
        using var read = Read(_g.Model(Conv(x, "w", 4, 3)));
        OnnxFile.Write(_folder.PathOf("again.onnx"), read);

        var bytes = Enumerable.Range(0, 192).Select(place => (byte)(place + 30)).ToArray();
        using var first = InferenceSession.Open(_folder.PathOf("a.onnx"), 1);
        using var again = InferenceSession.Open(_folder.PathOf("again.onnx"), 1);
        Tensors.AssertClose(
            first.Run(TensorData.Of(bytes, 1, 3, 8, 8))[0].As<float>(),
            again.Run(TensorData.Of(bytes, 1, 3, 8, 8))[0].As<float>(), 1e-4);
    }

    [Fact]
    public void What_is_read_back_with_another_scale_is_kept()
    {
        var (x, zero) = (_g.Input("image", 1, 3, 8, 8), Zero(DataType.Uint8, 0));
        x = _g.Node("QuantizeLinear", [Conv(x, "first", 8, 3), _g.Scalar(0.1f), zero], []);
        x = _g.Node("DequantizeLinear", [x, _g.Scalar(0.2f), zero], []);

        var reasons = Unread.ReasonsOf(_g.Model(x), _folder.PathOf("a.onnx"));
        Assert.Contains("QuantizeLinear", reasons, StringComparison.Ordinal);
    }

    [Fact]
    public void A_computed_value_with_a_scale_for_each_channel_is_kept()
    {
        var x = Conv(_g.Input("image", 1, 3, 8, 8), "first", 4, 3);
        var scale = _g.Weight("scales", [4], 0.1f, 0.2f, 0.3f, 0.4f);
        x = _g.Node("QuantizeLinear", [x, scale], [], ("axis", 1));
        x = _g.Node("DequantizeLinear", [x, scale], [], ("axis", 1));

        Assert.Contains(
            "it scales the numbers of a computed value by more than one number",
            Unread.ReasonsOf(_g.Model(x), _folder.PathOf("a.onnx")), StringComparison.Ordinal);
    }

    private ModelProto Classifier()
    {
        var x = Pair(_g.Input("image", 1, 3, 8, 8), DataType.Uint8, 128);
        x = Pair(Conv(x, "first", 16, 3, hasBias: true), DataType.Uint8, 0);
        x = Pair(_g.Node("Relu", [Conv(x, "second", 12, 16)], []), DataType.Uint8, 0);
        x = _g.Node("Flatten", [_g.Node("GlobalAveragePool", [x], [])], []);
        x = _g.Node("Gemm", [Pair(x, DataType.Int8, 0), Quantized("head", 6, 12)], [], ("transB", 1));
        return _g.Model(x);
    }

    private string Conv(string x, string name, long to, long from, bool hasBias = false)
    {
        var inputs = new List<string> { x, Quantized(name, to, from, 3, 3) };
        if (hasBias)
        {
            var bias = $"{name}.bias_quantized";
            var numbers = new TensorProto { Name = bias, DataType = (int)DataType.Int32, Dims = { to } };
            numbers.Int32Data.AddRange(Enumerable.Range(0, (int)to).Select(place => 300 * place - 2000));
            _g.Message.Initializer.Add(numbers);
            inputs.Add(_g.Node("DequantizeLinear", [bias, _g.Scalar(1e-4f)], []));
        }

        return _g.Node("Conv", [.. inputs], [], ("pads", new[] { 1, 1, 1, 1 }));
    }

    // Weights of 8 bits with a scale for each channel.
    private string Quantized(string name, params long[] shape)
    {
        var tensor = new TensorProto
        {
            Name = $"{name}.weight_quantized",
            DataType = (int)DataType.Int8,
            RawData = ByteString.CopyFrom(
                [.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (byte)_dice.Roll(256))]),
        };
        tensor.Dims.AddRange(shape);
        _g.Message.Initializer.Add(tensor);
        float[] scales = [.. Enumerable.Range(0, (int)shape[0]).Select(place => 0.004f + 0.0001f * place)];
        var scale = _g.Weight($"{name}_scale", [shape[0]], scales);
        return _g.Node("DequantizeLinear", [tensor.Name, scale], [], ("axis", 0));
    }

    private string Pair(string x, DataType type, int zero)
    {
        var (scale, point) = (_g.Scalar((float)Scale), Zero(type, zero));
        return _g.Node("DequantizeLinear", [_g.Node("QuantizeLinear", [x, scale, point], []), scale, point], []);
    }

    private string Zero(DataType type, int number)
    {
        var name = $"zero:{_g.Message.Initializer.Count}";
        _g.Message.Initializer.Add(
            new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom((byte)number) });
        return name;
    }

    private byte[] Stored(string name) =>
        _g.Message.Initializer.Single(tensor => tensor.Name == name).RawData.ToByteArray();

    private float[] Run(string file)
    {
        using var session = InferenceSession.Open(_folder.PathOf(file), 1);
        return session.Run(TensorData.Of(new Dice(3).Floats(3 * 8 * 8, -2, 2), 1, 3, 8, 8))[0].As<float>();
    }

    private IEnumerable<string> NodesOf(string file) =>
        ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf(file))).Graph.Node.Select(node => node.OpType);

    private Network Read(ModelProto model)
    {
        File.WriteAllBytes(_folder.PathOf("a.onnx"), model.ToByteArray());
        return OnnxFile.Read(_folder.PathOf("a.onnx"));
    }

    private sealed class Near : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) one, (double, double) other) =>
            Math.Abs(one.Item1 - other.Item1) < 1e-6 && Math.Abs(one.Item2 - other.Item2) < 1e-6;

        public int GetHashCode((double, double) obj) => 0;
    }
}
