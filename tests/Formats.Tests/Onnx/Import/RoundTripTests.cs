using Ocs.Formats.Tests.Onnx.Export;
using Ocs.Graphs;
using Ocs.Graphs.Operators;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Formats.Tests.Onnx.Import;

[NoTensorLeaks]
public sealed class RoundTripTests : IDisposable
{
    private const float Tolerance = 1e-5f;
    private const int Words = 6;
    private const int Batch = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public void Every_operator_comes_back_and_computes_the_same(int opset)
    {
        // Decoded boxes are for other programs: the exponential function is not read.
        var problems = OperatorGraphs.All()
            .Where(graph => graph.Name != "default_boxes_decoded" && opset >= OperatorGraphs.FirstOpset(graph))
            .Select(graph => Problem(graph, new() { Opset = opset })).OfType<string>().ToArray();
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Random_networks_come_back_and_compute_the_same() => Properties.HoldForRandomGraphs(60, random =>
    {
        var graph = random.Build();
        using var parameters = random.Parameters(graph);
        var problem = Problem(graph, parameters, new());
        Assert.True(problem is null, problem);
    });

    [Theory]
    [InlineData("cifar_resnet20")]
    [InlineData("cifar_vgg16")]
    public void A_network_comes_back_with_its_layers_names_and_normalization(string name)
    {
        var graph = Models.Build(name).WithNormalization([0.5f, 0.25f, 0], [1, 2, 0.1f]);
        using var parameters = SmallGraphs.Parameters(graph, 3);
        OnnxFile.Write(_folder.PathOf("a.onnx"), graph, parameters);
        using var back = OnnxFile.Read(_folder.PathOf("a.onnx"));

        Assert.Equal(graph.Name, back.Graph.Name);
        Assert.Equal(
            graph.Nodes.Select(node => (node.Name, node.Operator.GetType())),
            back.Graph.Nodes.Select(node => (node.Name, node.Operator.GetType())));
        Assert.Equal(
            graph.Parameters.Select(spec => (spec.Name, spec.Role)),
            back.Graph.Parameters.Select(spec => (spec.Name, spec.Role)));
        Assert.Equal((graph.Macs, graph.ParameterCount), (back.Graph.Macs, back.Graph.ParameterCount));
        Assert.Equal([0.1f], ((Input)back.Graph.InputNodes.Single().Operator).StandardDeviation.TakeLast(1));
        foreach (var spec in graph.Parameters.Where(spec => spec.Role != ParameterRole.Counter))
        {
            Compare.Same(parameters[spec.Name], back.Parameters[spec.Name]);
        }
    }

    private string? Problem(Graph graph, OnnxOptions options)
    {
        using var parameters = SmallGraphs.Parameters(graph, 9);
        return Problem(graph, parameters, options);
    }

    private string? Problem(Graph graph, ParameterTable parameters, OnnxOptions options)
    {
        var path = _folder.PathOf("network.onnx");
        OnnxFile.Write(path, graph, parameters, options);
        try
        {
            using var back = OnnxFile.Read(path);
            return Difference(graph, parameters, back);
        }
        catch (OcsInputException error)
        {
            return $"{graph.Name}: {error.Message}";
        }
    }

    private static string? Difference(Graph graph, ParameterTable parameters, Network back)
    {
        using var noGradients = Autograd.NoGrad();
        var shape = graph.InputNodes.Single().Shape.SetItem(0, Batch);
        var dice = new Dice(Batch);
        var count = (int)shape.Aggregate(1L, (a, b) => a * b);
        float[] values = graph.Nodes.Any(node => node.Operator is Embedding)
            ? [.. Enumerable.Range(0, count).Select(_ => (float)dice.Roll(Words))]
            : dice.Floats(count, -3, 3);
        using var input = Tensor.FromArray<float>(values, shape.AsSpan());
        using var expected = new Executor(graph, parameters).Forward(input, training: false);
        using var actual = new Executor(back.Graph, back.Parameters).Forward(input, training: false);
        if (!expected.Shape.SequenceEqual(actual.Shape))
        {
            return $"{graph.Name}: shape {NodeShapes.Show([.. actual.Shape])} instead of "
                + $"{NodeShapes.Show([.. expected.Shape])}";
        }

        var (left, right) = (expected.ToArray<float>(), actual.ToArray<float>());
        var difference = left.Zip(right, (a, b) => Math.Abs(a - b)).Max() / Math.Max(1, left.Max(Math.Abs));
        return difference <= Tolerance ? null : $"{graph.Name}: differs by {difference}";
    }
}
