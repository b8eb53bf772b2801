using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>The result of the cut for one layer: a row of the "why not pruned" table.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Parameter">Its weight.</param>
/// <param name="Group">
/// The position of the group of its output channels; of the first of them, where they lie in several.
/// </param>
/// <param name="ChannelsBefore">Output channels before the cut.</param>
/// <param name="ChannelsAfter">Output channels after it.</param>
/// <param name="MacsBefore">Multiply-accumulates before the cut.</param>
/// <param name="MacsAfter">Multiply-accumulates after it.</param>
/// <param name="FrozenReason">Why the layer is frozen; null if its channels can be removed.</param>
public sealed record LayerOutcome(
    string Name, string Parameter, int Group, int ChannelsBefore, int ChannelsAfter, long MacsBefore, long MacsAfter,
    string? FrozenReason)
{
    /// <summary>One sentence for users: pruned, kept by rank, or frozen with the reason.</summary>
    public string Explanation => FrozenReason is { } reason
        ? $"frozen: {reason}"
        : ChannelsAfter == ChannelsBefore
            ? $"kept: {KeptReason}"
            : $"pruned: {ChannelsBefore - ChannelsAfter} of {ChannelsBefore} channels rank below the cut";

    /// <summary>Why a layer that is not frozen kept all of its channels: their rank, or a limit.</summary>
    public string KeptReason { get; init; } = "every channel ranks above the cut";

    /// <summary>
    /// The outcome of every layer with weights, in the order of the network. <paramref name="after"/> may be the same
    /// graph; <paramref name="partition"/>, where it is known, tells rank and limits apart.
    /// </summary>
    public static ImmutableArray<LayerOutcome> Of(CouplingGraph coupling, Graph after, Partition? partition = null)
    {
        var before = coupling.Graph;
        var producers = coupling.Groups
            .SelectMany((group, position) => group.Members.Where(member => member.MakesChannels)
                .Select(member => (member.Parameter, position)))
            .ToLookup(pair => pair.Parameter, pair => pair.position, StringComparer.Ordinal);
        return
        [
            .. Enumerable.Range(0, before.Nodes.Length)
                .Where(index => before.MacsOf(index) > 0 && !before.Nodes[index].Parameters.IsEmpty)
                .Select(index =>
                {
                    var weight = before.Nodes[index].Parameters[0];
                    var groups = producers[weight].ToList();
                    var outcome = new LayerOutcome(
                        before.Nodes[index].Name,
                        weight,
                        groups.FirstOrDefault(-1),
                        ChannelsOf(before, index),
                        ChannelsOf(after, index),
                        before.MacsOf(index),
                        after.MacsOf(index),
                        ReasonOf([.. groups.Select(group => coupling.Groups[group])]));
                    var ranked = groups.Where(group => coupling.Groups[group].IsPrunable).Take(1);
                    return outcome with { KeptReason = ranked.Select(LimitOf).FirstOrDefault() ?? outcome.KeptReason };
                }),
        ];

        string? LimitOf(int group) => partition is { WhyWhole.IsEmpty: false } ? partition.WhyWhole[group] : null;
    }

    private static int ChannelsOf(Graph graph, int index)
    {
        var node = graph.Nodes[index];
        return (int)(
            node.Operator.WeightOutputDimension == 0 ? graph.Parameter(node.Parameters[0]).Shape[0] : node.Shape[1]);
    }

    private static string? ReasonOf(ImmutableArray<Group> groups) =>
        groups.IsEmpty ? "no channel of it is known"
        : groups.Any(group => group.IsPrunable) ? null
        : groups[0].FrozenReason;
}
