using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Turns classes of coordinates into groups: a class is a channel, and the channels that have equally many coordinates in the same
/// dimensions, and the same reason to be frozen, are one group.
/// </summary>
internal sealed class GroupExtraction
{
    private readonly Graph _graph;
    private readonly CoordinateSpace _space;
    private readonly Dictionary<string, Node> _firstUse = new(StringComparer.Ordinal);

    public GroupExtraction(Graph graph, CoordinateSpace space, UnionFind classes, CouplingRules rules)
    {
        _graph = graph;
        _space = space;
        foreach (var node in graph.Nodes)
        {
            foreach (var parameter in node.Parameters)
            {
                _firstUse.TryAdd(parameter, node);
            }
        }

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
        var usesOfGroup = groups.Select((group, position) => BlockUses(position, group.Channels)).ToList();
        Groups = [.. groups.Select((group, position) => MakeGroup(position, group.Channels.Count, usesOfGroup[position], group.Reason))];
        Uses = usesOfGroup
            .SelectMany(uses => uses)
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

    private static string Signature(List<Coordinate> channel, string? reason)
    {
        var signature = new StringBuilder();
        for (var start = 0; start < channel.Count;)
        {
            var count = CountInBlock(channel, start);
            signature.Append(channel[start].Block).Append('x').Append(count).Append(',');
            start += count;
        }

        return signature.Append(reason).ToString();
    }

    // Coordinates ascend, so those of a block follow each other.
    private static int CountInBlock(List<Coordinate> channel, int start)
    {
        var end = start;
        while (end < channel.Count && channel[end].Block == channel[start].Block)
        {
            end++;
        }

        return end - start;
    }

    private Group MakeGroup(int position, int channels, List<(int Block, BlockUse Use)> uses, string? reason)
    {
        var members = uses
            .Where(pair => _space.Blocks[pair.Block].Parameter >= 0)
            .Select(pair =>
            {
                var block = _space.Blocks[pair.Block];
                var spec = _graph.Parameters[block.Parameter];
                return new GroupMember(spec.Name, spec.Role, block.Dimension, pair.Use.CoordinatesPerChannel, pair.Use.Coordinates)
                {
                    MakesChannels = spec.Role == ParameterRole.Weight
                        && block.Dimension == _firstUse[spec.Name].Operator.WeightOutputDimension,
                    IsDepthwise = _firstUse[spec.Name].Operator is Conv2d { Groups: > 1 } && spec.Role == ParameterRole.Weight && spec.Shape[1] == 1,
                };
            })
            .ToImmutableArray();
        var producer = members.FirstOrDefault(member => member.MakesChannels) ?? members[0];
        var node = _firstUse[producer.Parameter];
        var name = producer is { Role: ParameterRole.Weight, MakesChannels: false } ? $"{node.Name} (inputs)" : node.Name;
        return new(position + 1, name, channels, members, reason);
    }

    // All channels of a group have equally many coordinates in the same blocks, so what is in one block lies at the same place in each.
    private static List<(int Block, BlockUse Use)> BlockUses(int position, List<List<Coordinate>> channels)
    {
        var uses = new List<(int, BlockUse)>();
        for (var start = 0; start < channels[0].Count;)
        {
            var count = CountInBlock(channels[0], start);
            var coordinates = ImmutableArray.CreateBuilder<int>(channels.Count * count);
            foreach (var channel in channels)
            {
                for (var i = start; i < start + count; i++)
                {
                    coordinates.Add(channel[i].Index);
                }
            }

            uses.Add((channels[0][start].Block, new(position, count, coordinates.MoveToImmutable())));
            start += count;
        }

        return uses;
    }

    private readonly record struct Coordinate(int Block, int Index);
}
