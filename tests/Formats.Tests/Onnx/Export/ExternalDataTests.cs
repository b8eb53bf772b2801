using Ocs.Graphs;
using Ocs.Testing;
using Ocs.Torch;
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
        var tensors = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("net.onnx"))).Graph.Initializer;
        var data = File.ReadAllBytes(_folder.File("net.onnx.data"));

        foreach (var name in new[] { "first.weight", "second.weight" })
        {
            var tensor = tensors.Single(tensor => tensor.Name == name);
            var entries = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value);
            var (offset, length) = (int.Parse(entries["offset"], null), int.Parse(entries["length"], null));
            Assert.Equal((TensorProto.Types.DataLocation.External, "net.onnx.data"), (tensor.DataLocation, entries["location"]));
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
        var bias = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder.File("net.onnx"))).Graph.Initializer
            .Single(tensor => tensor.Name == "second.bias");

        Assert.Equal(Compare.Bits(parameters["second.bias"]), bias.RawData.ToByteArray());
    }

    [OnnxRuntimeFact]
    public void It_is_read_from_its_folder_under_its_name()
    {
        var graph = TwoLayers();
        using var parameters = SmallGraphs.Parameters(graph, 4);
        Write(graph, parameters, "a b.onnx");
        RuntimeParity.Assert(_folder.File("a b.onnx"), graph, parameters);
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

    private void Write(Graph graph, ParameterTable parameters, string name) =>
        OnnxFile.Write(_folder.File(name), graph, parameters, new() { ExternalData = true });

    private static Graph TwoLayers()
    {
        var g = new GraphBuilder("two");
        return g.Build(g.Linear("second", g.Relu("act", g.Linear("first", g.Input("x", 30), 40)), 20));
    }
}
