using System.Collections.Immutable;
using Ocs.Graphs;

namespace Ocs.Pruning.Coupling;

/// <summary>
/// Finds the kind of each group in a transformer: from the roles that operators give to the group's coordinates, and
/// from whether attention's projection makes the channels.
/// </summary>
internal static class GroupKinds
{
    /// <summary>The groups with their kinds; a group that is none of them has null.</summary>
    public static ImmutableArray<Group> Of(
        Graph graph,
        BlockTable blocks,
        ImmutableArray<Group> groups,
        Dictionary<int, ImmutableArray<BlockUse>> uses)
    {
        var roles = Roles(graph, blocks, groups.Length, uses);
        var ofAttention = roles.Select(KindInAttention).ToList();
        var projections = groups
            .Where((_, group) => ofAttention[group] is GroupKind.Heads or GroupKind.Value)
            .SelectMany(group => group.Members)
            .Where(member => member is { Role: ParameterRole.Weight, MakesChannels: false })
            .Select(member => member.Parameter)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. groups.Select((group, position) => group with
            {
                Kind = ofAttention[position] ?? KindOutside(
                    roles[position],
                    group.Members.Any(member => member.MakesChannels && projections.Contains(member.Parameter))),
            }),
        ];
    }

    private static HashSet<AxisRole>[] Roles(
        Graph graph, BlockTable blocks, int groups, Dictionary<int, ImmutableArray<BlockUse>> uses)
    {
        var roles = Enumerable.Range(0, groups).Select(_ => new HashSet<AxisRole>()).ToArray();
        for (var index = 0; index < graph.Nodes.Length; index++)
        {
            var (node, shapes) = (graph.Nodes[index], graph.ShapesOf(index));
            foreach (var axis in shapes.Axes().Where(axis => axis.Kind != AxisKind.Parameter))
            {
                var role = node.Operator.RoleOf(axis, shapes);
                if (role != AxisRole.None && uses.TryGetValue(blocks.Of(node, index, axis), out var shares))
                {
                    foreach (var share in shares)
                    {
                        roles[share.Group].Add(role);
                    }
                }
            }
        }

        return roles;
    }

    private static GroupKind? KindInAttention(HashSet<AxisRole> roles)
    {
        var (compares, carries) = (roles.Contains(AxisRole.QueryKey), roles.Contains(AxisRole.Value));
        return roles.Contains(AxisRole.Heads) || (compares && carries) ? GroupKind.Heads
            : compares ? GroupKind.QueryKey
            : carries ? GroupKind.Value
            : null;
    }

    private static GroupKind? KindOutside(HashSet<AxisRole> roles, bool isMadeByProjection)
    {
        var isSummed = roles.Contains(AxisRole.SummedFeatures) || roles.Contains(AxisRole.Summed);
        var isBetweenLinear = roles.Contains(AxisRole.LinearOutput) && roles.Contains(AxisRole.LinearInput);
        return isMadeByProjection ? GroupKind.HiddenWidth
            : isBetweenLinear && !isSummed ? GroupKind.MlpWidth
            : roles.Contains(AxisRole.SummedFeatures) || roles.Contains(AxisRole.Normalised) ? GroupKind.HiddenWidth
            : null;
    }
}
