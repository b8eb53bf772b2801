using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>One of the files in golden/: what the reference implementations computed for a network with weights of a formula.</summary>
internal sealed class GoldenModel : IDisposable
{
    private GoldenModel(string name)
    {
        Json = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", $"{name}.json")))!;
        Graph = Models.Build($"cifar_{name}");
        Coupling = CouplingGraph.Build(Graph);
        Parameters = ParameterTable.Initialize(Graph, seed: 0);
        WeightFormula.Fill(Graph, Parameters, Graph.Parameters.Where(spec => spec.IsTrainable));
        // The files number groups as the program does; ours follow the network. A group is known by its members.
        GroupOf = Json["groups"]!.AsArray().ToImmutableDictionary(
            group => (int)group!["id"]!,
            group => Position(group!["members"]!.AsArray()));
    }

    public JsonNode Json { get; }

    public Graph Graph { get; }

    public CouplingGraph Coupling { get; }

    public ParameterTable Parameters { get; }

    /// <summary>The position of our group by the file's id.</summary>
    public ImmutableDictionary<int, int> GroupOf { get; }

    public static GoldenModel Load(string name) => new(name);

    /// <summary>By our group position, numbers that the file lists in its own order of groups.</summary>
    public double[] PerChannel(string field, int position)
    {
        var id = GroupOf.Single(pair => pair.Value == position).Key;
        return [.. Json[field]![id - 1]!.AsArray().Select(value => (double)value!)];
    }

    /// <summary>The pruned channels of a stored partition, by our group position.</summary>
    public int[] Pruned(string rule, string target, int position)
    {
        var id = GroupOf.FirstOrDefault(pair => pair.Value == position).Key;
        var runs = Json["partitions"]![rule]![target]!["pruned"]![$"{id}"]?.Deserialize<int[]>() ?? [];
        return [.. Enumerable.Range(0, runs.Length / 2).SelectMany(run => Enumerable.Range(runs[2 * run], runs[2 * run + 1]))];
    }

    /// <summary>The sub-network of a stored partition.</summary>
    public Subnetwork Partition(string rule, string target) => Subnetwork.FromPruned(
        Coupling.Groups, Coupling.Groups.Select((_, position) => (IReadOnlyCollection<int>)Pruned(rule, target, position)));

    public void Dispose() => Parameters.Dispose();

    private int Position(JsonArray members)
    {
        var wanted = members
            .Where(member => (string)member![1]! is "conv" or "linear")
            .Select(member => ((string)member![0]! + ".weight", (string)member[2]! == "out" ? 0 : 1))
            .ToHashSet();
        return Enumerable.Range(0, Coupling.Groups.Length).Single(position => Coupling.Groups[position].Members
            .Where(member => member.Role == ParameterRole.Weight)
            .Select(member => (member.Parameter, member.Dimension))
            .ToHashSet()
            .SetEquals(wanted));
    }
}
