using System.Text.Json;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Cli.Tests.Commands;

/// <summary>
/// What leaves of heads and groups, and which widths stay: `ocs inspect` and `ocs prune` of a transformer's file.
/// </summary>
[NoTensorLeaks]
public sealed class PolicyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _network;

    public PolicyCommandTests()
    {
        // Patches of 2x2, width 16, heads of 4, an MLP of 32.
        var g = new GraphBuilder("vit");
        var x = g.Conv2d("patches", g.Input("input", 1, 4, 4), 16, 2, stride: 2);
        x = g.Transpose("tokens", g.Flatten("patches.flat", x, 2, 3), 1, 2);
        x = g.Add("sum", x, g.MultiHeadAttention("attention", g.LayerNorm("ln", x), heads: 4));
        x = g.Add(
            "mlp.sum", x, g.Linear("mlp.2", g.Activation("mlp.1", g.Linear("mlp.0", x, 32), ActivationKind.Gelu), 16));
        var graph = g.Build(g.Linear("head", g.Select("first", x, 1, 0), 3));
        _network = _folder.PathOf("vit.ocs");
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        OcsFile.Write(_network, graph, parameters);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inspect_shows_the_kind_of_each_group_and_what_is_left_whole()
    {
        var whole = CommandLine.Run("inspect", _network, "--freeze", "hidden-width,mlp-width").Output;
        Assert.Contains(
            ": patches, 16 channels, hidden-width, frozen: left whole by freeze hidden-width\n",
            whole,
            StringComparison.Ordinal);
        Assert.Contains(": attention.in_proj, 4 channels, heads\n", whole, StringComparison.Ordinal);
        Assert.Contains(
            ": mlp.0, 32 channels, mlp-width, frozen: left whole by freeze mlp-width\n",
            whole,
            StringComparison.Ordinal);
        Assert.Contains(": head, 3 channels, frozen: output of the network\n", whole, StringComparison.Ordinal);

        var groups = Groups("--heads", "same-index", "--freeze", "query-key", "--freeze", "value");
        Assert.Equal(
            ["hidden-width", "query-key!", "value!", "mlp-width"],
            groups.Where(group => group.GetProperty("kind").ValueKind == JsonValueKind.String)
                .Select(
                    group =>
                        group.GetProperty("kind").GetString() + (group.GetProperty("frozen").GetBoolean() ? "!" : "")));
    }

    [Theory]
    [InlineData("whole", "hidden-width,mlp-width", 3, 4, 12)]
    [InlineData("same-index", "hidden-width,mlp-width,value", 4, 2, 16)]
    public void Prune_cuts_the_heads_as_it_is_told_and_nothing_that_stays(
        string policy, string frozen, int heads, int width, int attended)
    {
        var output = _folder.PathOf("cut.ocs");

        // Of 9008 MACs a head has 1152, and an index of queries and keys in every head 576.
        var cut = CommandLine.Run("prune", _network, "--target", "0.1", "--round-to", "1",
            "--heads", policy, "--freeze", frozen, "--out", output);

        Assert.Equal(0, cut.Code);
        using var model = OcsFile.Read(output);
        Assert.Equal([16, 1, 2, 2], model.Graph.Parameter("patches.weight").Shape.ToArray());
        Assert.Equal([32, 16], model.Graph.Parameter("mlp.0.weight").Shape.ToArray());
        var queries = model.Graph.Nodes.Single(node => node.Name == "attention.q.heads").Shape;
        Assert.Equal((heads, width), (queries[1], queries[3]));
        Assert.Equal(attended, model.Graph.Parameter("attention.out_proj.weight").Shape[1]);
    }

    private List<JsonElement> Groups(params string[] arguments) =>
        [.. CommandLine.Run(["inspect", _network, "--json", .. arguments]).Json.GetProperty("groups").EnumerateArray()];
}
