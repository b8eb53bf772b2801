using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Turns classes of coordinates into groups: a class is a channel, and the channels that have equally many coordinates in the same
/// dimensions, and the same reason to be frozen, are one group.
/// </summary>
internal sealed class GroupExtraction
{
    private readonly Graph _graph;
    private readonly CoordinateSpace _space;

    public GroupExtraction(Graph graph, CoordinateSpace space, UnionFind classes, CouplingRules rules)
    {
        _graph = graph;
        _space = space;
        var channels = Channels(classes, rules);
        var reasons = new Dictionary<int, string>();
        foreach (var (coordinate, reason) in rules.Frozen.OrderBy(pair => pair.Key))
        {
            reasons.TryAdd(classes.Find(coordinate), reason);
        }

        var groups = channels
            .GroupBy(channel => Signature(channel.Value, reasons.GetValueOrDefault(channel.Key)), StringComparer.Ordinal)
            .Select(group => (Reason: reasons.GetValueOrDefault(group.First().Key), Channels: group.Select(pair => pair.Value).ToList()))
            .OrderBy(group => group.Channels[0][0].Block)
            .ThenBy(group => group.Channels[0][0].Index)
            .ToList();
        Groups = [.. groups.Select((group, position) => MakeGroup(position, group.Channels, group.Reason))];
        Uses = groups
            .SelectMany((group, position) => BlockUses(position, group.Channels))
            .GroupBy(pair => pair.Block)
            .ToDictionary(uses => uses.Key, uses => uses.Select(pair => pair.Use).ToImmutableArray());
    }

    public ImmutableArray<Group> Groups { get; }

    /// <summary>By block, what each group has of it.</summary>
    public Dictionary<int, ImmutableArray<BlockUse>> Uses { get; }

    // Classes that have a coordinate in a channel dimension of a parameter; coordinates ascend, parameters first.
    private Dictionary<int, List<Coordinate>> Channels(UnionFind classes, CouplingRules rules)
    {
        var channels = new Dictionary<int, List<Coordinate>>();
        for (var block = 0; block < _space.Blocks.Length; block++)
        {
            var (first, size, parameter, _) = _space.Blocks[block];
            var opens = parameter >= 0 && rules.IsChannelDimension(block);
            for (var index = 0; index < size; index++)
            {
                var root = classes.Find(first + index);
                if (opens)
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(channels, root, out _) ??= []).Add(new(block, index));
                }
                else if (channels.TryGetValue(root, out var channel))
                {
                    channel.Add(new(block, index));
                }
            }
        }

        return channels;
    }

    private static string Signature(List<Coordinate> channel, string? reason) =>
        string.Join(',', channel.GroupBy(coordinate => coordinate.Block).Select(same => $"{same.Key}x{same.Count()}")) + reason;

    private Group MakeGroup(int position, List<List<Coordinate>> channels, string? reason)
    {
        var members = BlockUses(position, channels)
            .Where(pair => _space.Blocks[pair.Block].Parameter >= 0)
            .Select(pair =>
            {
                var block = _space.Blocks[pair.Block];
                var spec = _graph.Parameters[block.Parameter];
                return new GroupMember(spec.Name, spec.Role, block.Dimension, pair.Use.CoordinatesPerChannel, pair.Use.Coordinates);
            })
            .ToImmutableArray();
        var producer = members.FirstOrDefault(member => member is { Dimension: 0, Role: ParameterRole.Weight }) ?? members[0];
        var node = _graph.Nodes.First(candidate => candidate.Parameters.Contains(producer.Parameter));
        var name = producer.Dimension == 0 ? node.Name : $"{node.Name} (inputs)";
        return new(position + 1, name, channels.Count, members, reason);
    }

    private static IEnumerable<(int Block, BlockUse Use)> BlockUses(int position, List<List<Coordinate>> channels) =>
        channels[0].Select(coordinate => coordinate.Block).Distinct().Select(block =>
        {
            ImmutableArray<int> coordinates =
                [.. channels.SelectMany(channel => channel.Where(c => c.Block == block).Select(c => c.Index))];
            return (block, new BlockUse(position, coordinates.Length / channels.Count, coordinates));
        });

    private readonly record struct Coordinate(int Block, int Index);
}
