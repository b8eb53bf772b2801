using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>
/// A network of the zoo that went through ONNX can be pruned as before: nothing that leaves together is lost or frozen.
/// </summary>
[NoTensorLeaks]
public sealed class OnnxRoundTripTests : IDisposable
{
    private const int Classes = 10;
    private const long Largest = 35_000_000;

    // ONNX holds what its small network makes of the distances, which does not depend on the image: it comes back as
    // tables.
    private const string Folded = "swin_v2_t";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names =>
        [.. Models.All.Select(model => model.Name).Where(
            name => name != Folded && Build(name).ParameterCount <= Largest)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_comes_back_with_its_groups_macs_and_parameters(string name)
    {
        var graph = Build(name);
        var path = _folder.PathOf("network.onnx");
        using (var parameters = ParameterTable.Initialize(graph, seed: 1))
        {
            // Decoded boxes come back with their default boxes as parameters.
            OnnxFile.Write(path, graph, parameters, new() { Detections = OnnxDetections.Raw });
        }

        using var back = OnnxFile.Read(path);

        Assert.Equal((graph.Macs, graph.ParameterCount), (back.Graph.Macs, back.Graph.ParameterCount));
        Assert.Equal(Prunable(graph), Prunable(back.Graph));
    }

    // What PyTorch counts; a stream for each stage, heads and an MLP for each block.
    [PythonFact("torchvision")]
    public void A_swin_transformer_of_torchvision_comes_with_its_tables_and_can_be_pruned_everywhere()
    {
        const long Parameters = 35942;
        var path = _folder.PathOf("swin.onnx");
        var (code, said) = Python.Run(Path.Combine(AppContext.BaseDirectory, "torchvision_swin.py"), path);
        Assert.True(code == 0, said);

        using var swin = OnnxFile.Read(path);

        Assert.Equal(Parameters, swin.Graph.ParameterCount);
        var tables = swin.Graph.Parameters.Where(
            spec => spec.Name.EndsWith("relative_position_bias_table", StringComparison.Ordinal));
        Assert.Equal([[49L, 2], [49L, 2], [49L, 4], [49L, 4]], tables.Select(spec => spec.Shape.ToArray()));
        Assert.Equal(
            ["4 Heads", "2 HiddenWidth", "4 MlpWidth"],
            CouplingGraph.Build(swin.Graph).Groups
                .Where(group => group.IsPrunable)
                .GroupBy(group => $"{group.Kind}")
                .OrderBy(groups => groups.Key, StringComparer.Ordinal)
                .Select(groups => $"{groups.Count()} {groups.Key}"));
    }

    private static IEnumerable<string> Members(Group group) => group.Members
        .Select(member => $"{member.Parameter}[{member.Dimension}]").Order(StringComparer.Ordinal);

    private static Graph Build(string name) => Models.Build(name, SmallImages.Of(Models.Find(name)), Classes);

    // Nodes may come in another order, and with them groups.
    private static string[] Prunable(Graph graph) =>
    [
        .. CouplingGraph.Build(graph).Groups
            .Where(group => group.IsPrunable)
            .Select(group => $"{group.Channels} of {group.Kind}: {string.Join(", ", Members(group))}")
            .Order(StringComparer.Ordinal),
    ];
}
