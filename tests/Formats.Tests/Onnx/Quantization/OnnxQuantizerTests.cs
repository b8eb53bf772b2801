using System.Collections.Immutable;
using Ocs.Formats.Onnx.Quantization;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.OnnxRuntime;
using Ocs.Pruning;
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

        var pairs = nodes.Where(node => node.OpType == "QuantizeLinear").Select(quantize => (
            Value: nodes.Single(node => node.Input[0] == quantize.Output[0]).Output[0], From: quantize.Input[0],
            Scale: quantize.Input[1])).ToArray();
        var rounded = pairs[0].Value;
        Assert.Equal([rounded, "relu1", "pool", "conv2", "conv3", "relu3", "mean", "flat"], pairs.Select(p => p.Value));
        var scales = pairs.ToDictionary(pair => pair.Value, pair => pair.Scale);
        Assert.Equal((scales["relu1"], scales["mean"]), (scales["pool"], scales["flat"]));
        Assert.Equal(("image", "conv1", "sum"), (pairs[0].From, pairs[1].From, pairs[5].From));
        Assert.DoesNotContain(nodes, node => node.OpType is "Relu" or "BatchNormalization");
        var layers = nodes.Where(node => node.OpType is "Conv" or "Gemm").ToArray();
        Assert.Equal([rounded, "pool", "pool", "flat"], layers.Select(node => node.Input[0]));
        Assert.All(layers.SelectMany(node => node.Input.Skip(1)), name => Assert.Equal(
            "DequantizeLinear", nodes.Single(node => node.Output.Contains(name)).OpType));
    }

    [Fact]
    public void Weights_are_int8_by_channel_and_biases_int32_in_the_scale_of_the_sums()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var written = Quantize(graph, parameters, new()).Model.Graph;
        var constants = written.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

        Assert.Equal(
            (TensorProto.Types.DataType.Int8, TensorProto.Types.DataType.Int32),
            (
                (TensorProto.Types.DataType)constants["conv2.weight:int8"].DataType,
                (TensorProto.Types.DataType)constants["conv2.bias:int32"].DataType));
        var (weight, bias) = (Scales("conv2.weight:int8"), Scales("conv2.bias:int32"));
        var input = Scales(written.Node.Single(node => node.Output[0] == "pool").Input[0]);
        Assert.Equal(8, weight.Length);
        Assert.Equal(weight.Select(scale => Assert.Single(input) * scale), bias);
        Assert.DoesNotContain("conv2.weight", constants.Keys);

        float[] Scales(string name) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(
            constants[written.Node.Single(node => node.Input[0] == name).Input[1]].RawData.Span).ToArray();
    }

    // Kernels for VNNI take four channels at a time.
    [Fact]
    public void An_image_of_three_channels_gets_a_fourth_of_zeros_that_a_reader_leaves_out()
    {
        var graph = Stem(16, kernel: 3);
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var input = Input(graph, seed: 7);
        var (model, outputs) = Quantize(graph, parameters, new());

        Assert.Equal([16, 4, 3, 3], WeightOf(model).Dims);
        Assert.Equal(1, model.Graph.Node.Count(node => node.OpType == "Pad"));
        Assert.Equal(3, model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimValue);
        AssertClose(
            QdqReference.Run(model.Graph, input, [Batch, .. graph.InputNodes.Single().Shape.Skip(1)]), outputs,
            0.01, 0.002);
        using var read = OnnxFile.Read(_folder.PathOf("int8.onnx"));
        Assert.Equal(graph.Macs, read.Graph.Macs);
        Assert.DoesNotContain(read.Graph.Nodes, node => node.Operator is PadChannels);
        Assert.Equal([16, 3, 3, 3], read.Parameters["stem.weight"].Shape.ToArray());
        using var _ = Torch.Autograd.NoGrad();
        using var image = Torch.Tensor.FromArray<float>(input, [Batch, 3, 12, 12]);
        using var output = new Executor(read.Graph, read.Parameters).Forward(image, training: false);
        AssertClose(Array.ConvertAll(output.ToArray<float>(), number => (double)number), outputs, 0.15, 0.05);
    }

    [Theory]
    [InlineData(8, 3, false)]
    [InlineData(18, 3, false)]
    [InlineData(16, 7, false)]
    [InlineData(16, 3, true)]
    public void Where_that_would_not_be_faster_or_the_layer_stays_float_the_image_stays(
        int channels, int kernel, bool isExcluded)
    {
        var graph = Stem(channels, kernel);
        using var parameters = SmallGraphs.Parameters(graph, 3);

        var (model, _) = Quantize(graph, parameters, new() { Exclude = isExcluded ? ["stem"] : [] });

        Assert.DoesNotContain(model.Graph.Node, node => node.OpType == "Pad");
    }

    [Theory]
    [InlineData(0, 6, false)]
    [InlineData(-0.25, 0.75, false)]
    [InlineData(0.5, 2, true)]
    public void Bounds_stay_only_where_the_bounds_of_8_bits_are_others(double lowest, double highest, bool stays)
    {
        var g = new GraphBuilder("bounds");
        var x = g.Conv2d("conv", g.Input("image", 4, 6, 6), 8, kernel: 3, padding: 1);
        x = g.Add("clamp", new Clamp(lowest, highest), [x], []);
        var graph = g.Build(g.Linear("fc", g.Flatten("flat", g.AdaptiveAveragePool2d("mean", x, 1)), 5));
        using var parameters = SmallGraphs.Parameters(graph, 3);
        var input = Input(graph, seed: 7);
        var (model, outputs) = Quantize(graph, parameters, new());

        Assert.Equal(stays, model.Graph.Node.Any(node => node.OpType is "Clip" or "Relu"));
        AssertClose(QdqReference.Run(model.Graph, input, [Batch, 4, 6, 6]), outputs, 0.01, 0.002);
    }

    [Fact]
    public void New_names_are_none_that_the_network_or_a_branch_in_it_has()
    {
        var g = new GraphBuilder("letters");
        var x = g.Conv2d("q1", g.Input("s1", 3, 6, 6), 16, kernel: 3, padding: 1);
        var graph = g.Build(g.Linear("f1", g.Flatten("z1", g.AdaptiveAveragePool2d("r1", x, 1)), 5));
        using var parameters = SmallGraphs.Parameters(graph, 3);
        AssertNear(graph, parameters);

        var inner = new GraphProto { Node = { new NodeProto { OpType = "Identity", Output = { "s2" } } } };
        var branch = new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then", G = inner } } };
        var names = new FreshNames(new() { Node = { branch }, Input = { new ValueInfoProto { Name = "s1" } } });
        Assert.Equal(["s3", "s4", "s1'"], [names.Numbered("s"), names.Numbered("s"), names.Of("s1")]);
    }

    [Fact]
    public void A_file_has_an_opset_with_scales_by_channel()
    {
        var graph = Residual();
        using var parameters = SmallGraphs.Parameters(graph, 3);
        OnnxFile.Write(_folder.PathOf("float.onnx"), graph, parameters, new() { Opset = 11 });
        using var old = OnnxFile.Read(_folder.PathOf("float.onnx"));

        Assert.Equal(13, Quantize(old.Graph, old.Parameters, new()).Model.OpsetImport[0].Version);
        Assert.Equal(
            "residual would be written in opset 12, which has no scale for each channel; int8 files have opset 13 or "
            + "later: leave the opset out, or choose such a one.",
            Assert.Throws<OcsInputException>(
                () => OnnxQuantizer.Of(graph, parameters, new() { Opset = 12 }, new())).Message);
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

    [Theory]
    [InlineData(null)]
    [InlineData(0.5)]
    public void The_file_of_a_network_of_weights_has_little_more_than_a_quarter_of_the_bytes(double? target)
    {
        var graph = Models.Build("cifar_resnet20");
        using var whole = new Network(graph, ParameterTable.Initialize(graph, seed: 1));
        using var cut = target is null ? null : whole.Prune(new() { Target = target.Value });
        var network = cut?.Network ?? whole;
        Quantize(network.Graph, network.Parameters, new());
        OnnxFile.Write(
            _folder.PathOf("float.onnx"), network.Graph, network.Parameters, new() { FoldBatchNorm = true });

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

    private static Graph Stem(int channels, int kernel)
    {
        var g = new GraphBuilder("stem");
        var x = g.Conv2d("stem", g.Input("image", 3, 12, 12), channels, kernel, stride: 2, padding: 1, bias: false);
        x = g.Relu("relu", g.BatchNorm2d("norm", x));
        return g.Build(g.Linear("fc", g.Flatten("flat", g.AdaptiveAveragePool2d("mean", x, 1)), 5));
    }

    private static TensorProto WeightOf(ModelProto model) =>
        model.Graph.Initializer.Single(tensor => tensor.Name == "stem.weight:int8");

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
