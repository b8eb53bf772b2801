using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Zoo;
using Onnx;

namespace Ocs.Formats.Tests;

/// <summary>Operators of a program's own go through every file, and one without a name is refused by name.</summary>
[NoTensorLeaks]
public sealed class OwnOperatorTests : IDisposable
{
    private const string Name = "tests.TrainedMish";

    private readonly TemporaryFolder _folder = new();
    private readonly Graph _graph = Network(new TrainedMish([0.5, 1, 1.5], "n"), "mish", parameters: 3);
    private readonly ParameterTable _parameters;

    public OwnOperatorTests()
    {
        OperatorCatalog.Register<TrainedMish>(Name);
        _parameters = SmallGraphs.Parameters(_graph, 5);
    }

    public void Dispose()
    {
        _parameters.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_computes_its_formula()
    {
        using var input = Tensor.FromArray<float>(new Dice(1).Floats(2 * 12, -3, 3), [2, 3, 2, 2]);
        using var noGradients = Autograd.NoGrad();
        using var output = new Executor(_graph with { Outputs = [1] }, _parameters).Forward(input, training: false);

        var (x, slopes) = (input.ToArray<float>(), _parameters["mish.0"].ToArray<float>());
        Tensors.AssertClose(
            [.. x.Select((value, index) => (float)(value * Math.Tanh(Softplus(slopes[index / 4 % 3] * value))))],
            output.ToArray<float>());

        static double Softplus(double value) => Math.Log(1 + Math.Exp(value));
    }

    [Fact]
    public void An_ocs_file_keeps_it_bit_for_bit_with_its_attributes()
    {
        OcsFile.Write(_folder.PathOf("a.ocs"), _graph, _parameters);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));

        Compare.Same(_parameters, model.Parameters);
        AssertMish(model.Graph);
        Assert.Contains(
            $"\"operator\":{{\"op\":\"{Name}\",\"ceilings\":[0.5,1,1.5],\"note\":\"n\"}}",
            Text("a.ocs"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_serializer_context_writes_it_without_reflection_and_with_the_files_spelling()
    {
        OperatorCatalog.Register<Foreign>("tests.Foreign", ForeignJson.Default);
        var graph = Network(new Foreign(0.25), "odd", parameters: 0);
        using var parameters = SmallGraphs.Parameters(graph, 1);
        OcsFile.Write(_folder.PathOf("a.ocs"), graph, parameters);
        using var model = OcsFile.Read(_folder.PathOf("a.ocs"));

        Assert.Equal(new Foreign(0.25), model.Graph.Nodes[1].Operator);
        Assert.Contains(
            "\"operator\":{\"op\":\"tests.Foreign\",\"strength\":0.25}", Text("a.ocs"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_keeps_it()
    {
        WriteCheckpoint("a.safetensors");
        var read = CheckpointFile.Read(_folder.PathOf("a.safetensors"));
        using var parameters = ParameterTable.FromTensors(_graph, read.Tensors);

        Compare.Same(_parameters, parameters);
        AssertMish(read.Original);
    }

    [Fact]
    public void What_is_known_is_written_as_if_nothing_else_were()
    {
        foreach (var model in Models.All)
        {
            var graph = Models.Build(model.Name);
            Assert.Equal(
                JsonSerializer.Serialize(graph, OcsHeaderJson.Default.Graph),
                JsonSerializer.Serialize(graph, GraphJson.Of<Graph>()));
        }
    }

    [Fact]
    public void A_file_with_an_operator_that_is_not_registered_is_refused_by_its_name()
    {
        var graph = Network(new Nameless(), "odd", parameters: 0);
        using var parameters = SmallGraphs.Parameters(graph, 1);
        var error = Assert.Throws<OcsInputException>(() => OcsFile.Write(_folder.PathOf("b.ocs"), graph, parameters));
        Assert.Equal(
            "Node 'odd': the operator Nameless has no name in files; give it one by OperatorCatalog.Register first.",
            error.Message);
        Assert.False(File.Exists(_folder.PathOf("b.ocs")));

        OcsFile.Write(_folder.PathOf("a.ocs"), _graph, _parameters);
        WriteCheckpoint("a.safetensors");
        foreach (var file in new[] { "a.ocs", "a.safetensors" })
        {
            var path = _folder.PathOf(file);
            var bytes = File.ReadAllBytes(path);
            "tests.UnnamedMish"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Name))));
            SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
            File.WriteAllBytes(path, bytes);
            Assert.Equal(
                $"{path} uses the operator 'tests.UnnamedMish' (node 'mish'), which this program does not know: "
                    + "update the program, or register the operator if it is your own.",
                Assert.Throws<OcsInputException>(() => Read(path)).Message);
        }
    }

    private static Graph Read(string path) =>
        path.EndsWith(".ocs", StringComparison.Ordinal) ? OcsFile.Read(path).Graph : CheckpointFile.Read(path).Original;

    [Theory]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(21)]
    public void Written_as_operators_of_ONNX_it_computes_the_same_in_ONNX_Runtime(int opset)
    {
        OnnxFile.Write(_folder.PathOf("a.onnx"), _graph, _parameters, new() { Opset = opset });
        Onnx.RuntimeParity.Assert(_folder.PathOf("a.onnx"), _graph, _parameters);
    }

    [Fact]
    public void An_operator_of_another_domain_states_the_domain()
    {
        var graph = Network(new Foreign(0.5), "odd", parameters: 0);
        using var parameters = SmallGraphs.Parameters(graph, 1);
        OnnxFile.Write(_folder.PathOf("a.onnx"), graph, parameters);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("a.onnx")));

        Assert.Equal([("", 17L), ("com.example", 3L)], model.OpsetImport.Select(set => (set.Domain, set.Version)));
        var node = model.Graph.Node.Single(node => node.OpType == "Foreign");
        Assert.Equal(("com.example", "odd"), (node.Domain, node.Output.Single()));
        Assert.Equal(("strength", 0.5f), (node.Attribute.Single().Name, node.Attribute.Single().F));
        Assert.DoesNotContain(model.Graph.Node, other => other.HasDomain && other.OpType != "Foreign");
    }

    [Fact]
    public void An_operator_without_a_form_is_refused_by_its_name()
    {
        var graph = Network(new Nameless(), "odd", parameters: 0);
        using var parameters = SmallGraphs.Parameters(graph, 1);

        Assert.Equal(
            "Node 'odd': the operator Nameless has no ONNX form here; save the network as .ocs, leave the node "
                + "out, or let the operator implement IOnnxExportable.",
            Assert.Throws<OcsInputException>(
                () => OnnxFile.Write(_folder.PathOf("a.onnx"), graph, parameters)).Message);
    }

    private static Graph Network(Operator op, string name, int parameters)
    {
        var g = new GraphBuilder("own");
        var x = g.Input("image", 3, 2, 2);
        ParameterSpec[] specs = [new($"{name}.0", [parameters], ParameterRole.Bias, Initialization.Constant(1))];
        x = g.Add(name, op, [x], parameters == 0 ? [] : specs);
        return g.Build(g.Linear("fc", g.Flatten("flat", x), 2));
    }

    private static void AssertMish(Graph graph)
    {
        var mish = Assert.IsType<TrainedMish>(graph.Nodes[1].Operator);
        Assert.Equal([0.5, 1, 1.5], mish.Ceilings.ToArray());
        Assert.Equal("n", mish.Note);
    }

    private void WriteCheckpoint(string name)
    {
        using var stream = File.Create(_folder.PathOf(name));
        var tensors = _parameters.Names.ToDictionary(parameter => parameter, parameter => _parameters[parameter]);
        CheckpointFile.Write(stream, new([.. "{}"u8], _graph, null, tensors));
    }

    private string Text(string name) => Encoding.Latin1.GetString(File.ReadAllBytes(_folder.PathOf(name)));
}
