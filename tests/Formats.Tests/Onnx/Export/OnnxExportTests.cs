using System.Reflection;
using System.Text.Json.Serialization;
using Ocs.Graphs;
using Ocs.Graphs.Passes;
using Ocs.OnnxRuntime;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.Onnx.Export;

[NoTensorLeaks]
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Those from which on something is written in another way.
    public static TheoryData<int> Opsets => [11, 12, 13, 14, 17, 18, 20, 21, 22, 23];

    // The newest that python3-onnx 1.12 knows.
    private static IEnumerable<int> CheckedOpsets => Enumerable.Range(13, 17 - 13 + 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_operator_is_among_those_that_are_compared()
    {
        var all = typeof(Operator).GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Select(attribute => attribute.DerivedType);
        var compared = OperatorGraphs.All().SelectMany(graph => graph.Nodes).Select(node => node.Operator.GetType());

        Assert.Empty(all.Except(compared).Select(type => type.Name));
    }

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Every_operator_computes_in_ONNX_Runtime_what_it_computes_here(int opset)
    {
        foreach (var graph in OperatorGraphs.All().Where(graph => opset >= OperatorGraphs.FirstOpset(graph)))
        {
            AssertSame(graph, new() { Opset = opset });
        }
    }

    [Fact]
    public void What_an_operator_set_lacks_is_refused()
    {
        var graph = OperatorGraphs.All().First(graph => OperatorGraphs.FirstOpset(graph) == 16);
        using var parameters = SmallGraphs.Parameters(graph, 9);
        var error = Assert.Throws<OcsInputException>(
            () => OnnxFile.Write(_folder.PathOf("old.onnx"), graph, parameters, new() { Opset = 15 }));

        Assert.Equal(
            "The network samples 'input' at places of a grid, which ONNX has from operator set 16 on, and not in 15: "
            + "ask for a newer one.", error.Message);
        Assert.False(File.Exists(_folder.PathOf("old.onnx")));
    }

    [PythonFact]
    public void Every_operator_passes_the_checker()
    {
        foreach (var graph in OperatorGraphs.All())
        {
            using var parameters = SmallGraphs.Parameters(graph, 9);
            foreach (var opset in CheckedOpsets.Where(opset => opset >= OperatorGraphs.FirstOpset(graph)))
            {
                OnnxFile.Write(
                    _folder.PathOf($"{graph.Name}_{opset}.onnx"), graph, parameters, new() { Opset = opset });
            }
        }

        AssertChecked();
    }

    [Fact]
    public void Random_networks_compute_the_same() => Properties.HoldForRandomGraphs(100, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        AssertSame(graph, parameters, OptionsOf(random.Seed));
    });

    [Fact]
    public void Random_transformers_compute_the_same() => Properties.HoldForRandomTransformers(100, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        AssertSame(graph, parameters, OptionsOf(random.Seed));
    });

    [Theory]
    [InlineData("cifar_resnet20", 32)]
    [InlineData("cifar_vgg16", 32)]
    [InlineData("alexnet", 64)]
    [InlineData("convnext_tiny", 32)]
    [InlineData("densenet121", 32)]
    [InlineData("efficientnet_b0", 32)]
    [InlineData("googlenet", 32)]
    [InlineData("inception_v3", 75)]
    [InlineData("maxvit_t", 224)]
    [InlineData("mnasnet0_5", 32)]
    [InlineData("mobilenet_v2", 32)]
    [InlineData("mobilenet_v3_small", 32)]
    [InlineData("regnet_y_400mf", 32)]
    [InlineData("resnet18", 32)]
    [InlineData("shufflenet_v2_x0_5", 32)]
    [InlineData("squeezenet1_1", 64)]
    [InlineData("swin_t", 64)]
    [InlineData("swin_v2_t", 64)]
    [InlineData("cifar_vit", 32)]
    public void Networks_of_the_zoo_compute_the_same(string name, int size) =>
        AssertSame(Models.Build(name, new(3, size, size), 10), new());

    [Theory]
    [InlineData("densenet121")]
    [InlineData("mobilenet_v2")]
    [InlineData("regnet_y_400mf")]
    public void Networks_with_folded_batch_norms_compute_the_same(string name) =>
        AssertSame(Models.Build(name, NetworkInput.Cifar, 10), new() { FoldBatchNorm = true, Opset = 13 });

    [PythonFact]
    public void Networks_of_the_zoo_pass_the_checker()
    {
        foreach (var name in new[] { "cifar_resnet20", "mobilenet_v3_small", "shufflenet_v2_x0_5" })
        {
            var graph = Models.Build(name, NetworkInput.Cifar, 10);
            using var parameters = ParameterTable.Initialize(graph, 3);
            OnnxFile.Write(_folder.PathOf($"{name}.onnx"), graph, parameters);
            var small = new OnnxOptions { ExternalData = true, FoldBatchNorm = true };
            OnnxFile.Write(_folder.PathOf($"{name}_data.onnx"), graph, parameters, small);
        }

        AssertChecked();
    }

    private static OnnxOptions OptionsOf(int seed) => new()
    {
        Opset = OnnxOptions.LowestOpset + seed % (OnnxOptions.HighestOpset - OnnxOptions.LowestOpset + 1),
        FoldBatchNorm = seed % 2 == 0,
        ExternalData = seed % 5 == 0,
    };

    private void AssertChecked()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Onnx", "Export", "check_onnx.py");
        var (exitCode, said) = Python.Run(script, _folder.Path);
        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public void A_detector_gives_boxes_and_probabilities_and_offsets_where_they_are_wanted()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            var random = new RandomDetector(seed);
            var graph = random.Build();
            var path = _folder.PathOf("decoded.onnx");
            using var parameters = random.Parameters(graph);
            OnnxFile.Write(path, graph, parameters);
            var decoded = DetectionOutputs.Decode(graph);
            Assert.Equal(["boxes", "probabilities"], decoded.NamedOutputs.Select(output => output.Name));
            RuntimeParity.Assert(path, decoded, parameters);
            using (var back = OnnxFile.Read(path))
            {
                RuntimeParity.Assert(path, back.Graph, back.Parameters);
            }

            OnnxFile.Write(path, graph, parameters, new() { Detections = OnnxDetections.Raw });
            RuntimeParity.Assert(path, graph, parameters);
        }
    }

    [Fact]
    public void A_detectors_file_selects_the_boxes_that_no_surer_one_of_the_class_overlaps()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            var random = new RandomDetector(seed);
            var graph = random.Build();
            var path = _folder.PathOf("selected.onnx");
            using var parameters = random.Parameters(graph);
            OnnxFile.Write(path, graph, parameters, new() { Detections = OnnxDetections.Nms });
            using var session = InferenceSession.Open(path, 1);
            Assert.Equal(["boxes", "probabilities", "selected"], session.Outputs.Select(output => output.Name));
            using var batch = random.Batch();
            var outputs = session.Run(TensorData.Of(batch.ToArray<float>(), batch.Shape));
            var selected = outputs[2].As<long>().Chunk(3).Select(row => (row[0], row[1], row[2]));
            Assert.Equal(Selected(outputs[0], outputs[1]).Order(), selected.Order());
        }
    }

    [Fact]
    public void Boxes_can_be_selected_of_a_detector_alone()
    {
        var plain = Models.Build("cifar_resnet8");
        using var weights = ParameterTable.Initialize(plain, seed: 1);
        Assert.Equal(
            "Network 'cifar_resnet8' is no detector whose outputs can be decoded: it needs offsets that state their "
            + "default boxes, and logits.",
            Assert.Throws<OcsInputException>(() => OnnxFile.Write(
                _folder.PathOf("plain.onnx"), plain, weights, new() { Detections = OnnxDetections.Nms })).Message);
    }

    // By the definition: image, class and box, the surest first.
    private static IEnumerable<(long Image, long Label, long Box)> Selected(TensorData boxes, TensorData probabilities)
    {
        var (edges, shares) = (boxes.As<float>(), probabilities.As<float>());
        var (images, count, width) = ((int)boxes.Shape[0], (int)boxes.Shape[1], (int)probabilities.Shape[2]);
        for (var image = 0; image < images; image++)
        {
            for (var label = 1; label < width; label++)
            {
                List<int> kept = [];
                float Share(int box) => shares[(((image * count) + box) * width) + label];
                foreach (var box in Enumerable.Range(0, count).Where(box => Share(box) > 0.05).OrderByDescending(Share))
                {
                    if (kept.TrueForAll(other => Overlap(Edges(box), Edges(other)) <= 0.5))
                    {
                        kept.Add(box);
                        yield return (image, label - 1, box);
                    }
                }
            }

            float[] Edges(int box) => edges[(((image * count) + box) * 4)..][..4];
        }
    }

    private static double Overlap(float[] a, float[] b)
    {
        double Area(float[] box) => (double)(box[2] - box[0]) * (box[3] - box[1]);
        var width = Math.Max(0.0, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]));
        var height = Math.Max(0.0, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));
        var both = width * height;
        return both == 0 ? 0 : both / (Area(a) + Area(b) - both);
    }

    private void AssertSame(Graph graph, OnnxOptions options)
    {
        using var parameters = SmallGraphs.Parameters(graph, 9);
        AssertSame(graph, parameters, options);
    }

    private void AssertSame(Graph graph, ParameterTable parameters, OnnxOptions options)
    {
        var path = _folder.PathOf("a.onnx");
        OnnxFile.Write(path, graph, parameters, options);
        RuntimeParity.Assert(path, graph, parameters);
    }
}
