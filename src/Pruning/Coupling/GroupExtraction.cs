using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ocs.Graphs;
using Ocs.Graphs.Operators;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Turns classes of coordinates into groups: a class is a channel, and the channels that have equally many coordinates
/// in the same dimensions, and the same reason to be frozen, are one group. Classes that no weight makes or reads form
/// no group, such as dimensions of size 1 of a constant that is added to every channel.
/// </summary>
internal sealed class GroupExtraction
{
    private readonly Graph _graph;
    private readonly BlockTable _blocks;
    private readonly Dictionary<string, Node> _firstUse = new(StringComparer.Ordinal);

    public GroupExtraction(Graph graph, BlockTable blocks, CouplingRules rules)
    {
        _graph = graph;
        _blocks = blocks;
        foreach (var node in graph.Nodes)
        {
            foreach (var parameter in node.Parameters)
            {
                _firstUse.TryAdd(parameter, node);
            }
        }

        var bundles = new BundleTable(blocks, rules);
        var channels = new ChannelTable(blocks, bundles, rules);
        var groups = channels.ByKind()
            .Where(group => channels.ReasonOf(group[0]) is not null || HasWeights(group[0], channels, bundles))
            .OrderBy(group => channels.BundlesOf(group[0])[0])
            .ThenBy(group => channels.IndicesOf(group[0])[0])
            .ToList();
        var usesOfGroup = groups.Select((group, position) => BlockUses(position, group, channels, bundles)).ToList();
        Groups =
        [
            .. groups.Select((group, position) =>
                MakeGroup(position, group.Count, usesOfGroup[position], channels.ReasonOf(group[0]))),
        ];
        Uses = usesOfGroup
            .SelectMany(uses => uses)
            .GroupBy(pair => pair.Block)
            .ToDictionary(uses => uses.Key, uses => uses.Select(pair => pair.Use).ToImmutableArray());
    }

    public ImmutableArray<Group> Groups { get; }

    /// <summary>By block, the coordinates of each group.</summary>
    public Dictionary<int, ImmutableArray<BlockUse>> Uses { get; }

    private bool HasWeights(int channel, ChannelTable channels, BundleTable bundles)
    {
        foreach (var bundle in channels.BundlesOf(channel))
        {
            if (bundles.BlocksOf(bundle).Any(block =>
                _blocks.All[block].Parameter is >= 0 and var parameter && IsCounted(_graph.Parameters[parameter])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCounted(ParameterSpec spec) => spec.Role is ParameterRole.Weight or ParameterRole.NormWeight;

    private Group MakeGroup(int position, int channels, ImmutableArray<(int Block, BlockUse Use)> uses, string? reason)
    {
        var members = uses
            .Where(pair => _blocks.All[pair.Block].Parameter >= 0)
            .Select(pair =>
            {
                var block = _blocks.All[pair.Block];
                var spec = _graph.Parameters[block.Parameter];
                return new GroupMember(
                    spec.Name, spec.Role, block.Dimension, pair.Use.CoordinatesPerChannel, pair.Use.Coordinates)
                {
                    MakesChannels = spec.Role == ParameterRole.Weight
                        && block.Dimension == _firstUse[spec.Name].Operator.WeightOutputDimension,
                    IsDepthwise = _firstUse[spec.Name].Operator is Convolution { Groups: > 1 }
                        && spec.Role == ParameterRole.Weight
                        && spec.Shape[1] == 1,
                };
            })
            .ToImmutableArray();
        var producer = members.FirstOrDefault(member => member.MakesChannels) ?? members[0];
        var node = _firstUse[producer.Parameter];
        var name = producer is { Role: ParameterRole.Weight, MakesChannels: false }
            ? $"{node.Name} (inputs)"
            : node.Name;
        return new(position + 1, name, channels, members, reason);
    }

    // All channels of a group have equally many coordinates in the same bundles, so what is in one lies at the same
    // place in each.
    private static ImmutableArray<(int Block, BlockUse Use)> BlockUses(
        int position, List<int> group, ChannelTable channels, BundleTable bundles)
    {
        var uses = new List<(int Block, BlockUse Use)>();
        var bundlesOfChannel = channels.BundlesOf(group[0]);
        for (var start = 0; start < bundlesOfChannel.Length;)
        {
            // Coordinates ascend, so those of a bundle follow each other.
            var bundle = bundlesOfChannel[start];
            var count = bundlesOfChannel[start..].IndexOfAnyExcept(bundle) is >= 0 and var end
                ? end
                : bundlesOfChannel.Length - start;
            var coordinates = new int[group.Count * count];
            for (var channel = 0; channel < group.Count; channel++)
            {
                channels.IndicesOf(group[channel]).Slice(start, count).CopyTo(coordinates.AsSpan(channel * count));
            }

            var use = new BlockUse(position, count, ImmutableCollectionsMarshal.AsImmutableArray(coordinates));
            uses.AddRange(bundles.BlocksOf(bundle).Select(block => (block, use)));
            start += count;
        }

        return [.. uses.OrderBy(pair => pair.Block)];
    }
}
