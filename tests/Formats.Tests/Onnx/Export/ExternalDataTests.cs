using Ocs.Graphs;
using Onnx;

namespace Ocs.Formats.Tests.Onnx.Export;

[NoTensorLeaks]
public sealed class ExternalDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_lie_at_pages_of_the_file_beside()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "net.onnx");
        var tensors = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("net.onnx"))).Graph.Initializer;
        var data = File.ReadAllBytes(_folder.PathOf("net.onnx.data"));

        foreach (var name in new[] { "first.weight", "second.weight" })
        {
            var tensor = tensors.Single(tensor => tensor.Name == name);
            var entries = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value);
            var (offset, length) = (int.Parse(entries["offset"], null), int.Parse(entries["length"], null));
            Assert.Equal(
                (TensorProto.Types.DataLocation.External, "net.onnx.data"), (tensor.DataLocation, entries["location"]));
            Assert.Equal(0, offset % 4096);
            Assert.True(tensor.RawData.IsEmpty);
            Assert.Equal(Compare.Bits(parameters[name]), data.AsSpan(offset, length).ToArray());
        }
    }

    [Fact]
    public void Small_tensors_stay_in_the_file()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "net.onnx");
        var bias = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.PathOf("net.onnx"))).Graph.Initializer
            .Single(tensor => tensor.Name == "second.bias");

        Assert.Equal(Compare.Bits(parameters["second.bias"]), bias.RawData.ToByteArray());
    }

    [Fact]
    public void It_is_read_from_its_folder_under_its_name()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "a b.onnx");
        RuntimeParity.Assert(_folder.PathOf("a b.onnx"), graph, parameters);
    }

    [Fact]
    public void Nothing_is_left_of_a_network_that_cannot_be_written()
    {
        var g = new GraphBuilder("odd");
        var x = g.Linear("first", g.Input("x", 64), 64);
        var graph = g.Build(g.Add("strange", new UnknownOperator(), [x], []));
        using var parameters = ParameterTable.Initialize(graph, 1);

        Assert.Throws<OcsInputException>(() => Write(graph, parameters, "net.onnx"));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Weights_above_the_limit_lie_outside_by_themselves()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        var bytes = graph.ParameterCount * sizeof(float);

        OnnxFile.Write(_folder.PathOf("within.onnx"), graph, parameters, new(), highestSize: bytes);
        OnnxFile.Write(_folder.PathOf("above.onnx"), graph, parameters, new(), highestSize: bytes - 1);

        Assert.Equal(["above.onnx", "above.onnx.data", "within.onnx"], Names());
        using var back = OnnxFile.Read(_folder.PathOf("above.onnx"));
        foreach (var spec in graph.Parameters)
        {
            Compare.Same(parameters[spec.Name], back.Parameters[spec.Name]);
        }
    }

    [PythonFact]
    public void Onnx_checks_a_file_above_the_limit_by_its_path()
    {
        const string Check = "import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True)";
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        OnnxFile.Write(_folder.PathOf("net.onnx"), graph, parameters, new(), highestSize: 0);

        var (exitCode, said) = Python.Run("-c", Check, _folder.PathOf("net.onnx"));

        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public void The_weights_of_the_file_that_is_replaced_leave_with_it()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "net.onnx");
        Assert.Equal(["net.onnx", "net.onnx.data"], Names());

        Write(graph, parameters, "net.onnx");
        Assert.Equal(["net.onnx", "net.onnx.2.data"], Names());

        Write(graph, parameters, "net.onnx");
        Assert.Equal(["net.onnx", "net.onnx.data"], Names());

        OnnxFile.Write(_folder.PathOf("net.onnx"), graph, parameters);
        Assert.Equal(["net.onnx"], Names());
        OnnxFile.Read(_folder.PathOf("net.onnx")).Dispose();
    }

    [Fact]
    public void Files_that_the_replaced_one_does_not_name_stay()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "other.onnx");
        File.Copy(_folder.PathOf("other.onnx"), _folder.PathOf("net.onnx"));
        string[] own = ["net.onnx.2.data", "net.onnx.data", "net.onnx.old.data"];
        Array.ForEach(own, name => File.WriteAllText(_folder.PathOf(name), name));

        Write(graph, parameters, "net.onnx");
        OnnxFile.Write(_folder.PathOf("net.onnx"), graph, parameters);
        File.WriteAllText(_folder.PathOf("net.onnx"), "no model");
        OnnxFile.Write(_folder.PathOf("net.onnx"), graph, parameters);

        Assert.Equal(["net.onnx", .. own, "other.onnx", "other.onnx.data"], Names());
        Assert.All(own, name => Assert.Equal(name, File.ReadAllText(_folder.PathOf(name))));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_older_file_with_its_weights()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "net.onnx");
        var g = new GraphBuilder("odd");
        var odd = g.Build(g.Add("strange", new UnknownOperator(), [g.Linear("first", g.Input("x", 64), 64)], []));
        using var others = ParameterTable.Initialize(odd, 1);

        Assert.Throws<OcsInputException>(() => Write(odd, others, "net.onnx"));

        Assert.Equal(["net.onnx", "net.onnx.data"], Names());
        using var back = OnnxFile.Read(_folder.PathOf("net.onnx"));
        Compare.Same(parameters["second.weight"], back.Parameters["second.weight"]);
    }

    // Where the model cannot get its name, its weights must not stay.
    [Fact]
    public void Nothing_is_left_where_a_folder_has_the_name()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Directory.CreateDirectory(_folder.PathOf("net.onnx"));

        Assert.Throws<OcsInputException>(() => Write(graph, parameters, "net.onnx"));

        Assert.Empty(Names());
    }

    private string[] Names() =>
        [.. Directory.GetFiles(_folder.Path).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private void Write(Graph graph, ParameterTable parameters, string name) =>
        OnnxFile.Write(_folder.PathOf(name), graph, parameters, new() { ExternalData = true });

    private static Graph TwoLayers()
    {
        var g = new GraphBuilder("two");
        return g.Build(g.Linear("second", g.Relu("act", g.Linear("first", g.Input("x", 30), 40)), 20));
    }
}
