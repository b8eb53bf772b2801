using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Torch;
using Ocs.Zoo;

namespace Ocs.Parity.Tests;

/// <summary>
/// One of the files in golden/: what the reference implementations computed for a network with weights of a formula.
/// </summary>
internal sealed class GoldenModel : IDisposable
{
    // For small images; the others are torchvision's.
    private static readonly string[] Small = ["resnet20", "resnet56", "vgg16"];

    private GoldenModel(string name)
    {
        Json = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", $"{name}.json")))!;
        Graph = Models.Build(Small.Contains(name) ? $"cifar_{name}" : name);
        Coupling = CouplingGraph.Build(Graph);
        Parameters = WeightFormula.Table(Graph);
        var specs = Graph.Parameters.ToDictionary(spec => spec.Name);
        WeightFormula.Fill(
            Graph, Parameters, Json["params"]!.AsArray().Select(parameter => specs[(string)parameter![0]!]));
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

    /// <summary>The input of the file, [1, 3, size, size].</summary>
    public Tensor Input() => WeightFormula.Input((int)Json["input_shape"]![2]!);

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
        return [.. Enumerable.Range(0, runs.Length / 2).SelectMany(
            run => Enumerable.Range(runs[2 * run], runs[2 * run + 1]))];
    }

    /// <summary>The sub-network of a stored partition.</summary>
    public Subnetwork Partition(string rule, string target) => Subnetwork.FromPruned(
        Coupling.Groups,
        Coupling.Groups.Select((_, position) => (IReadOnlyCollection<int>)Pruned(rule, target, position)));

    public void Dispose() => Parameters.Dispose();

    private int Position(JsonArray members)
    {
        var wanted = members.SelectMany(member => WeightsOf(member!.AsArray()))
            .Select(weight => (weight.Name, weight.Dimension)).ToHashSet();
        return Enumerable.Range(0, Coupling.Groups.Length).Single(position => Coupling.Groups[position].Members
            .Where(member => member.Role == ParameterRole.Weight)
            .Select(member => (member.Parameter, member.Dimension))
            .ToHashSet()
            .SetEquals(wanted));
    }

    /// <summary>
    /// The weights and dimensions that a member of a stored group stands for, with the indices of each channel.
    /// </summary>
    public static IEnumerable<(string Name, int Dimension, int[] Indices)> WeightsOf(JsonArray member)
    {
        var (name, kind, channels, mapping) = ((string)member[0]!, (string)member[1]!, (int)member[3]!, member[4]!);
        var offsets = mapping is JsonValue ? [0] : mapping["off"]!.Deserialize<int[]>()!;
        int[] indices =
            [.. Enumerable.Range(0, channels).SelectMany(channel => offsets.Select(offset => channel + offset))];
        return kind switch
        {
            "conv" or "linear" => [($"{name}.weight", (string)member[2]! == "out" ? 0 : 1, indices)],
            "dwconv" => [($"{name}.weight", 0, indices)],
            "mha" => [($"{name}.in_proj_weight", 1, indices), ($"{name}.out_proj.weight", 0, indices)],
            _ => [],
        };
    }
}
