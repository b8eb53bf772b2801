using System.Collections.Immutable;
using Ocs.Formats.Onnx.Quantization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Zoo;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Quantization;

/// <summary>Int8 files: which nodes they have, what they compute, and how large they are.</summary>
[NoTensorLeaks]
public sealed class OnnxQuantizerTests : IDisposable
{
    private const int Batch = 4;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CalibrationMethod.MinMax)]
    [InlineData(CalibrationMethod.Percentile)]
    [InlineData(CalibrationMethod.Entropy)]
    internal void A_runtime_computes_what_the_definition_says_in_64_bits(CalibrationMethod method)
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var input = Input(graph, seed: 7);
        var (model, outputs) = Quantize(graph, parameters, new() { Calibration = method });

        var expected = QdqReference.Run(model.Graph, input, [Batch, .. graph.InputNodes.Single().Shape.Skip(1)]);

        // A sum that lies between two 8-bit numbers may become either, and the layers after it carry that on.
        AssertClose(expected, outputs, 0.01, 0.002);
    }

    [Fact]
    public void Outputs_are_near_those_in_float()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var (_, outputs) = Quantize(graph, parameters, new());
        OnnxFile.Write(_folder.PathOf("float.onnx"), graph, parameters);
        using var session = InferenceSession.Open(_folder.PathOf("float.onnx"), 1);

        var expected = session.Run(Tensor(graph, Input(graph, seed: 7)))[0].As<float>();

        Assert.NotEqual(expected, outputs);
        AssertClose(Array.ConvertAll(expected, number => (double)number), outputs, 0.15, 0.05);
    }

    [Fact]
    public void The_file_is_read_as_a_float_network_again()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var (_, outputs) = Quantize(graph, parameters, new());
        using var read = OnnxFile.Read(_folder.PathOf("int8.onnx"));

        using var _ = Torch.Autograd.NoGrad();
        using var input = Torch.Tensor.FromArray<float>(
            Input(graph, seed: 7), [Batch, .. graph.InputNodes.Single().Shape.Skip(1)]);
        using var output = new Executor(read.Graph, read.Parameters).Forward(input, training: false);
        AssertClose(Array.ConvertAll(output.ToArray<float>(), number => (double)number), outputs, 0.15, 0.05);
        Assert.Null(read.Graph.Origin!.Kept);
        Assert.Contains(read.Graph.Parameters, spec => spec.Name == "conv2.weight");
    }

    [Fact]
    public void A_relu_ends_the_layer_or_sum_before_it_and_what_moves_numbers_keeps_their_scale()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var nodes = Quantize(graph, parameters, new()).Model.Graph.Node;

        Assert.Equal(
            ["image", "relu1", "pool", "conv2", "conv3", "relu3", "mean", "flat"],
            nodes.Where(node => node.OpType == "QuantizeLinear").Select(node => node.Input[0].Replace(":float", "")));
        var scales = nodes.Where(node => node.OpType == "QuantizeLinear")
            .ToDictionary(node => node.Input[0].Replace(":float", ""), node => node.Input[1]);
        Assert.Equal((scales["relu1"], scales["mean"]), (scales["pool"], scales["flat"]));
        Assert.Equal(
            ["image:rounded", "pool", "pool", "flat"],
            nodes.Where(node => node.OpType is "Conv" or "Gemm").Select(node => node.Input[0]));
        Assert.All(
            nodes.Where(node => node.OpType is "Conv" or "Gemm"),
            node => Assert.All(
                node.Input.Skip(1), name => Assert.EndsWith(":rounded", name, StringComparison.Ordinal)));
        Assert.DoesNotContain(nodes, node => node.OpType == "BatchNormalization");
    }

    [Fact]
    public void Weights_are_int8_by_channel_and_biases_int32_in_the_scale_of_the_sums()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var constants = Quantize(graph, parameters, new()).Model.Graph.Initializer
            .ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

        Assert.Equal(
            (TensorProto.Types.DataType.Int8, TensorProto.Types.DataType.Int32),
            (
                (TensorProto.Types.DataType)constants["conv2.weight:int8"].DataType,
                (TensorProto.Types.DataType)constants["conv2.bias:int32"].DataType));
        var (weight, bias) = (Floats("conv2.weight:scale"), Floats("conv2.bias:scale"));
        Assert.Equal(8, weight.Length);
        Assert.Equal(weight.Select(scale => Floats("relu1:scale")[0] * scale), bias);
        Assert.DoesNotContain("conv2.weight", constants.Keys);

        float[] Floats(string name) =>
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(constants[name].RawData.Span).ToArray();
    }

    [Fact]
    public void Excluded_layers_stay_float_and_are_named()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);

        var quantizer = OnnxQuantizer.Of(graph, parameters, new(), new() { Exclude = ["conv?"] });

        Assert.Equal(1, quantizer.Layers);
        Assert.Equal(["conv1", "conv2", "conv3"], quantizer.FloatLayers);
        Assert.Equal("flat", Assert.Single(quantizer.Observed));
        Assert.Equal("No node is named 'con1', which should stay float; did you mean 'conv1'?", Fails("con1"));
        Assert.Equal(
            "residual has no layer with weights that becomes int8; give a network with convolutions or linear layers, "
            + "and exclude fewer nodes.",
            Fails("*"));

        string Fails(string pattern) => Assert.Throws<OcsInputException>(
            () => OnnxQuantizer.Of(graph, parameters, new(), new() { Exclude = [pattern] })).Message;
    }

    [Fact]
    public void A_layer_without_an_8_bit_form_is_named()
    {
        var g = new GraphBuilder("up");
        var x = g.Conv2d("conv", g.Input("image", 3, 6, 6), 4, kernel: 3, padding: 1);
        var graph = g.Build(g.ConvTranspose2d("up", x, 2, kernel: 2, stride: 2));
        using var parameters = SmallGraphs.Parameters(graph, 3);

        var quantizer = OnnxQuantizer.Of(graph, parameters, new(), new());

        Assert.Equal((1, "up"), (quantizer.Layers, Assert.Single(quantizer.FloatLayers)));
        AssertNear(graph, parameters);
    }

    [Fact]
    public void The_file_of_a_network_of_weights_has_little_more_than_a_quarter_of_the_bytes()
    {
        var graph = Models.Build("cifar_resnet20");
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        Quantize(graph, parameters, new());
        OnnxFile.Write(_folder.PathOf("float.onnx"), graph, parameters, new() { FoldBatchNorm = true });

        var share = (double)new FileInfo(_folder.PathOf("int8.onnx")).Length
            / new FileInfo(_folder.PathOf("float.onnx")).Length;

        Assert.InRange(share, 0.25, 0.28);
    }

    [Fact]
    public void Random_networks_stay_near_those_in_float() => Properties.HoldForRandomGraphs(40, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        AssertNear(graph, parameters);
    });

    [Fact]
    public void So_do_random_transformers_whose_products_read_8_bit_numbers() =>
        Properties.HoldForRandomTransformers(40, random =>
        {
            var graph = random.Build();
            using var parameters = random.Parameters(graph);
            AssertNear(graph, parameters);
        });

    // conv, batch norm and ReLU, pool, two branches, ReLU, mean, linear.
    private static Graph Residual()
    {
        var g = new GraphBuilder("residual");
        var x = g.Conv2d("conv1", g.Input("image", 3, 12, 12), 8, kernel: 3, padding: 1, bias: false);
        x = g.MaxPool2d("pool", g.Relu("relu1", g.BatchNorm2d("norm1", x)), 2);
        var a = g.BatchNorm2d("norm2", g.Conv2d("conv2", x, 8, kernel: 3, padding: 1, bias: false));
        var b = g.Conv2d("conv3", x, 8, kernel: 1, groups: 2);
        x = g.Relu("relu3", g.Add("sum", a, b));
        x = g.Flatten("flat", g.AdaptiveAveragePool2d("mean", x, 1));
        return g.Build(g.Linear("fc", x, 5));
    }

    private void AssertNear(Graph graph, ParameterTable parameters)
    {
        var path = _folder.PathOf("float.onnx");
        OnnxFile.Write(path, graph, parameters);
        using var session = InferenceSession.Open(path, 1);
        var expected = session.Run(Tensor(graph, Input(graph, seed: 7)))[0].As<float>();

        var actual = Quantize(graph, parameters, new()).Outputs;
        AssertClose(Array.ConvertAll(expected, number => (double)number), actual, 0.25, 0.04);
    }

    private static float[] Input(Graph graph, int seed) => new Dice(seed).Floats(
        Batch * (int)graph.InputNodes.Single().Shape.Aggregate(1L, (product, size) => product * size), -2, 2);

    private static TensorData Tensor(Graph graph, float[] values)
    {
        var shape = graph.InputNodes.Single().Shape.SetItem(0, Batch);
        return graph.Nodes.Any(node => node.Operator is Embedding)
            ? TensorData.Of(Array.ConvertAll(values, value => (long)Math.Abs(value)), shape.AsSpan())
            : TensorData.Of(values, shape.AsSpan());
    }

    private (ModelProto Model, float[] Outputs) Quantize(
        Graph graph, ParameterTable parameters, QuantizationOptions options)
    {
        var (quantizer, path) = (OnnxQuantizer.Of(graph, parameters, new(), options), _folder.PathOf("int8.onnx"));
        using (var stream = File.Create(path))
        {
            quantizer.WriteForCalibration(stream);
        }

        var input = Tensor(graph, Input(graph, seed: 7));
        using (var session = InferenceSession.Open(path, 1))
        {
            var values = session.Outputs.Zip(session.Run(input))
                .ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal);
            values[session.Inputs[0].Name] = input;
            foreach (var value in quantizer.Observed)
            {
                quantizer.Observe(value, values[value].As<float>());
            }
        }

        quantizer.Write(path);
        using var quantized = InferenceSession.Open(path, 1);
        return (ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)), quantized.Run(input)[0].As<float>());
    }

    private static void AssertClose(double[] expected, float[] actual, double largest, double mean)
    {
        var scale = expected.Max(Math.Abs);
        var differences = expected.Zip(actual, (a, b) => Math.Abs(a - b) / scale).ToImmutableArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(
            differences.Max() <= largest && differences.Average() <= mean,
            $"largest {differences.Max()}, mean {differences.Average()}");
    }
}
