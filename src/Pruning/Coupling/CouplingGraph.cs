using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Which slices of a network are removed together. Every operator ties coordinates of its dimensions. A class of tied
/// coordinates is a channel, and channels of the same kind form a <see cref="Group"/>.
/// </summary>
public sealed class CouplingGraph
{
    private readonly BlockTable _blocks;
    private readonly Dictionary<int, ImmutableArray<BlockUse>> _uses;

    private CouplingGraph(
        Graph graph,
        BlockTable blocks,
        ImmutableArray<Group> groups,
        Dictionary<int, ImmutableArray<BlockUse>> uses)
    {
        Graph = graph;
        _blocks = blocks;
        Groups = groups;
        _uses = uses;
    }

    /// <summary>The network.</summary>
    public Graph Graph { get; }

    /// <summary>
    /// Every group, frozen ones too, in the order of the network. A group's id is its position plus one.
    /// </summary>
    public ImmutableArray<Group> Groups { get; }

    /// <summary>Computes the coupling of a graph.</summary>
    public static CouplingGraph Build(Graph graph)
    {
        var blocks = new BlockTable(graph);
        var extraction = new GroupExtraction(graph, blocks, new CouplingRules(graph, blocks));
        return new(graph, blocks, GroupKinds.Of(graph, blocks, extraction.Groups, extraction.Uses), extraction.Uses);
    }

    /// <summary>The same coupling with the named groups frozen. Their frozen reason names the pattern.</summary>
    /// <param name="ignore">
    /// Patterns of parameter names. A group with slices in any of these parameters is frozen.
    /// </param>
    /// <param name="only">
    /// Patterns of parameter names. A group with slices outside of these parameters is frozen. Empty for all
    /// parameters.
    /// </param>
    /// <exception cref="OcsInputException">A pattern names no parameter.</exception>
    public CouplingGraph Freeze(ImmutableArray<string> ignore, ImmutableArray<string> only)
    {
        NamePattern.Check(ignore.Concat(only), Graph);
        return Freeze(ReasonOf);

        string? ReasonOf(Group group)
        {
            var names = group.Members.Select(member => member.Parameter).ToList();
            var ignored = ignore.FirstOrDefault(pattern => names.Any(name => NamePattern.Matches(pattern, name)));
            var outside = names.FirstOrDefault(
                name => !only.IsEmpty && !only.Any(pattern => NamePattern.Matches(pattern, name)));
            return ignored is not null ? $"ignored by pattern '{ignored}'"
                : outside is not null ? $"{outside} is outside of '{string.Join("', '", only)}'"
                : null;
        }
    }

    /// <summary>The same coupling with all groups of the given kinds frozen.</summary>
    public CouplingGraph Freeze(ImmutableArray<GroupKind> kinds) => Freeze(group =>
        group.Kind is { } kind && kinds.Contains(kind) ? $"left whole by freeze {NameOf(kind)}" : null);

    /// <summary>How a node's axis is divided among the groups.</summary>
    internal AxisUse UseOf(int node, Axis axis) => UseOfBlock(_blocks.Of(Graph.Nodes[node], node, axis));

    /// <summary>The same for a dimension of a parameter.</summary>
    internal AxisUse UseOfParameter(int parameter, int dimension) =>
        UseOfBlock(_blocks.OfParameter(parameter, dimension));

    /// <summary>
    /// The coordinates of a node's axis that remain if each group keeps only the given channels, ascending.
    /// </summary>
    internal int[] KeptOf(int node, Axis axis, Subnetwork subnetwork) =>
        KeptOfBlock(_blocks.Of(Graph.Nodes[node], node, axis), subnetwork);

    /// <summary>The same for a dimension of a parameter.</summary>
    internal int[] KeptOfParameter(int parameter, int dimension, Subnetwork subnetwork) =>
        KeptOfBlock(_blocks.OfParameter(parameter, dimension), subnetwork);

    private CouplingGraph Freeze(Func<Group, string?> reasonOf) => new(
        Graph,
        _blocks,
        [.. Groups.Select(group => group.IsPrunable ? group with { FrozenReason = reasonOf(group) } : group)],
        _uses);

    // As options spell them.
    private static string NameOf(GroupKind kind) => kind switch
    {
        GroupKind.HiddenWidth => "hidden-width",
        GroupKind.MlpWidth => "mlp-width",
        GroupKind.QueryKey => "query-key",
        GroupKind.Value => "value",
        _ => "heads",
    };

    private AxisUse UseOfBlock(int block) => new(
        _blocks.All[block].Size - UsesOf(block).Sum(use => use.Coordinates.Length),
        [.. UsesOf(block).Select(use => new GroupShare(use.Group, use.CoordinatesPerChannel))]);

    private int[] KeptOfBlock(int block, Subnetwork subnetwork)
    {
        var stays = Enumerable.Repeat(true, _blocks.All[block].Size).ToArray();
        foreach (var use in UsesOf(block))
        {
            foreach (var channel in subnetwork.PrunedOf(use.Group))
            {
                for (var i = 0; i < use.CoordinatesPerChannel; i++)
                {
                    stays[use.Coordinates[channel * use.CoordinatesPerChannel + i]] = false;
                }
            }
        }

        return [.. Enumerable.Range(0, stays.Length).Where(index => stays[index])];
    }

    private ImmutableArray<BlockUse> UsesOf(int block) => _uses.TryGetValue(block, out var uses) ? uses : [];
}

/// <summary>The groups whose channels make up an axis, and the number of coordinates that belong to no group.</summary>
internal readonly record struct AxisUse(long Fixed, ImmutableArray<GroupShare> Shares)
{
    /// <summary>The size of the axis when this many channels of each group stay.</summary>
    public long Size(ReadOnlySpan<int> kept)
    {
        var size = Fixed;
        foreach (var share in Shares)
        {
            size += (long)share.CoordinatesPerChannel * kept[share.Group];
        }

        return size;
    }
}

/// <summary>
/// How many coordinates of an axis each channel of a group has. <paramref name="Group"/> is a position, not an id.
/// </summary>
internal readonly record struct GroupShare(int Group, int CoordinatesPerChannel);

/// <summary>The coordinates of a dimension that a group's channels have, channel by channel.</summary>
internal readonly record struct BlockUse(int Group, int CoordinatesPerChannel, ImmutableArray<int> Coordinates);
