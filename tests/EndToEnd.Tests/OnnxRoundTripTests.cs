using Ocs.Cli.Tests;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Testing;
using Ocs.Zoo;

namespace Ocs.EndToEnd.Tests;

/// <summary>A network of the zoo that went through ONNX can be pruned as before: nothing that leaves together is lost or frozen.</summary>
[NoTensorLeaks]
public sealed class OnnxRoundTripTests : IDisposable
{
    private const int Classes = 10;
    private const long Largest = 35_000_000;

    // ONNX holds what its small network makes of the distances, which does not depend on the image: it comes back as tables.
    private const string Folded = "swin_v2_t";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names =>
        [.. Models.All.Select(model => model.Name).Where(name => name != Folded && Build(name).ParameterCount <= Largest)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_comes_back_with_its_groups_macs_and_parameters(string name)
    {
        var graph = Build(name);
        var path = _folder.PathOf("network.onnx");
        using (var parameters = ParameterTable.Initialize(graph, seed: 1))
        {
            OnnxFile.Write(path, graph, parameters);
        }

        using var back = OnnxFile.Read(path);

        Assert.Equal((graph.Macs, graph.ParameterCount), (back.Graph.Macs, back.Graph.ParameterCount));
        Assert.Equal(Prunable(graph), Prunable(back.Graph));
    }

    private static Graph Build(string name) => Models.Build(name, SmallImages.Of(Models.Find(name)), Classes);

    // Nodes may come in another order, and with them groups.
    private static string[] Prunable(Graph graph) =>
    [
        .. CouplingGraph.Build(graph).Groups
            .Where(group => group.IsPrunable)
            .Select(group => $"{group.Channels} of {group.Kind}: {string.Join(", ", group.Members.Select(member => $"{member.Parameter}[{member.Dimension}]").Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal),
    ];
}
