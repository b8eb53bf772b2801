using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Testing;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.Onnx;

[NoTensorLeaks]
public sealed class OnnxParityTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    private const int Batch = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PythonFact]
    public void What_is_written_passes_the_checker_and_computes_what_the_executor_computes()
    {
        var graphs = new List<Graph>
        {
            Models.Build("cifar_resnet20"),
            Models.Build("cifar_vgg16", NetworkInput.Mnist),
            Sequence(),
            Pools(),
        };
        graphs.AddRange(Enum.GetValues<ActivationKind>().Select(Activated));
        graphs.AddRange(Enumerable.Range(0, 40).Select(seed => SmallGraphs.Random((ulong)seed)));
        var expected = new Dictionary<string, float[]>();
        foreach (var graph in graphs)
        {
            expected.Add(graph.Name, Write(graph));
        }

        var script = Path.Combine(AppContext.BaseDirectory, "Onnx", "evaluate_onnx.py");
        var (exitCode, said) = Python.Run(script, _folder.Path);
        Assert.True(exitCode == 0, said);
        foreach (var (name, values) in expected)
        {
            var actual = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(_folder.File($"{name}.output"))).ToArray();
            Assert.Equal(values.Length, actual.Length);
            var scale = Math.Max(1, values.Max(Math.Abs));
            var difference = values.Zip(actual, (left, right) => Math.Abs(left - right)).Max();
            Assert.True(difference <= Tolerance * scale, $"{name} differs by {difference} at a scale of {scale}");
        }
    }

    private float[] Write(Graph graph)
    {
        using var parameters = SmallGraphs.Parameters(graph, 9);
        OnnxFile.Write(_folder.File($"{graph.Name}.onnx"), graph, parameters);
        using var noGrad = Autograd.NoGrad();
        using var input = Tensor.Empty([Batch, .. graph.InputNodes.Single().Shape.AsSpan()[1..]]);
        Aten.UniformInPlace(input, -4, 4);
        File.WriteAllBytes(_folder.File($"{graph.Name}.input"), Compare.Bits(input));
        using var output = new Executor(graph, parameters).Forward(input, training: false);
        return output.ToArray<float>();
    }

    private static Graph Activated(ActivationKind kind)
    {
        var g = new GraphBuilder($"activation_{kind}");
        return g.Build(g.Activation("activation", g.Input("x", 2, 5), kind, slope: 0.25));
    }

    private static Graph Pools()
    {
        var g = new GraphBuilder("pools");
        var x = g.MaxPool2d("ceil", g.Input("x", 2, 16, 16), 3, stride: 2, ceilMode: true);
        x = g.MaxPool2d("spread", x, 3, stride: 1, padding: 1, dilation: 2);
        x = g.AveragePool2d("mean", x, 3, stride: 2, padding: 1, countPadding: false);
        return g.Build(g.Add("add", x, g.AdaptiveAveragePool2d("pool", x, 1)));
    }

    private static Graph Sequence()
    {
        var g = new GraphBuilder("sequence");
        var x = g.Linear("tokens", g.Input("x", 7, 4), 6);
        return g.Build(g.Linear("mlp", g.Activation("gelu", x, ActivationKind.Gelu), 3));
    }
}
