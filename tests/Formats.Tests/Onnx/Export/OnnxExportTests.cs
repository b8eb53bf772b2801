using System.Reflection;
using System.Text.Json.Serialization;
using Ocs.Graphs;
using Ocs.Testing;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.Onnx.Export;

[NoTensorLeaks]
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Opsets => [.. Enumerable.Range(OnnxOptions.LowestOpset, OnnxOptions.HighestOpset - OnnxOptions.LowestOpset + 1)];

    // The newest that python3-onnx 1.12 knows.
    private static IEnumerable<int> CheckedOpsets => Enumerable.Range(OnnxOptions.LowestOpset, 17 - OnnxOptions.LowestOpset + 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_operator_is_among_those_that_are_compared()
    {
        var all = typeof(Operator).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(attribute => attribute.DerivedType);
        var compared = OperatorGraphs.All().SelectMany(graph => graph.Nodes).Select(node => node.Operator.GetType());

        Assert.Empty(all.Except(compared).Select(type => type.Name));
    }

    [OnnxRuntimeTheory]
    [MemberData(nameof(Opsets))]
    public void Every_operator_computes_in_ONNX_Runtime_what_it_computes_here(int opset)
    {
        foreach (var graph in OperatorGraphs.All())
        {
            AssertSame(graph, new() { Opset = opset });
        }
    }

    [PythonFact]
    public void Every_operator_passes_the_checker()
    {
        foreach (var (graph, opset) in OperatorGraphs.All().SelectMany(_ => CheckedOpsets, (graph, opset) => (graph, opset)))
        {
            using var parameters = SmallGraphs.Parameters(graph, 9);
            OnnxFile.Write(_folder.File($"{graph.Name}_{opset}.onnx"), graph, parameters, new() { Opset = opset });
        }

        AssertChecked();
    }

    [OnnxRuntimeFact]
    public void Random_networks_compute_the_same() => Properties.HoldForRandomGraphs(100, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        AssertSame(graph, parameters, OptionsOf(random.Seed));
    });

    [OnnxRuntimeFact]
    public void Random_transformers_compute_the_same() => Properties.HoldForRandomTransformers(100, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        AssertSame(graph, parameters, OptionsOf(random.Seed));
    });

    [OnnxRuntimeTheory]
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
    [InlineData("vit_b_32", 64)]
    public void Networks_of_the_zoo_compute_the_same(string name, int size)
    {
        var graph = Models.Build(name, new(3, size, size), 10);
        using var parameters = ParameterTable.Initialize(graph, 3);
        AssertSame(graph, parameters, new());
        AssertSame(graph, parameters, new() { FoldBatchNorm = true, Opset = 13 });
    }

    [PythonFact]
    public void Networks_of_the_zoo_pass_the_checker()
    {
        foreach (var name in new[] { "cifar_resnet20", "mobilenet_v3_small", "shufflenet_v2_x0_5" })
        {
            var graph = Models.Build(name, NetworkInput.Cifar, 10);
            using var parameters = ParameterTable.Initialize(graph, 3);
            OnnxFile.Write(_folder.File($"{name}.onnx"), graph, parameters);
            OnnxFile.Write(_folder.File($"{name}_data.onnx"), graph, parameters, new() { ExternalData = true, FoldBatchNorm = true });
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
        var (exitCode, said) = Python.Run(Path.Combine(AppContext.BaseDirectory, "Onnx", "Export", "check_onnx.py"), _folder.Path);
        Assert.True(exitCode == 0, said);
    }

    private void AssertSame(Graph graph, OnnxOptions options)
    {
        using var parameters = SmallGraphs.Parameters(graph, 9);
        AssertSame(graph, parameters, options);
    }

    private void AssertSame(Graph graph, ParameterTable parameters, OnnxOptions options)
    {
        var path = _folder.File("a.onnx");
        OnnxFile.Write(path, graph, parameters, options);
        RuntimeParity.Assert(path, graph, parameters);
    }
}
