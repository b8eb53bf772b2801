using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Saliency;

/// <summary>Saliency of each channel of each group by a criterion: what is low leaves first.</summary>
/// <remarks>
/// Biases and buffers are never read. A slice is what a channel has in one dimension of one parameter.
/// </remarks>
public static class GroupSaliency
{
    /// <summary>The saliency of every channel, by the group's position; empty for groups that may not be cut.</summary>
    /// <param name="groups">All groups, in order.</param>
    /// <param name="parameters">Their weights, with gradients where the criterion needs them.</param>
    /// <param name="kind">The criterion.</param>
    /// <param name="scope">Whether all coupled slices count, or those of the first layer alone.</param>
    /// <param name="seed">Where <see cref="SaliencyKind.Random"/> draws from.</param>
    /// <exception cref="OcsInputException">
    /// A group has nothing that the criterion ranks by, or a gradient is missing.
    /// </exception>
    public static ImmutableArray<double[]> Compute(
        ImmutableArray<Group> groups,
        ParameterTable parameters,
        SaliencyKind kind = SaliencyKind.Norm,
        SaliencyScope scope = SaliencyScope.Group,
        ulong seed = 0)
    {
        var slices = groups
            .Where(group => group.IsPrunable)
            .Select(group => new GroupSlices(group, MembersOf(group, kind, scope)))
            .ToImmutableArray();
        var scores = new Queue<double[]>(kind switch
        {
            SaliencyKind.Norm => L2Norm.Score(slices, parameters, squared: false),
            SaliencyKind.SquaredNorm => L2Norm.Score(slices, parameters, squared: true),
            SaliencyKind.L1Norm => L1Norm.Score(slices, parameters),
            SaliencyKind.BatchNormScale => BatchNormScale.Score(slices, parameters),
            SaliencyKind.Taylor => Taylor.Score(slices, parameters),
            SaliencyKind.Fpgm => Fpgm.Score(slices, parameters),
            SaliencyKind.Lamp => Lamp.Score(slices, parameters),
            SaliencyKind.Random => RandomSaliency.Score(slices, seed),
            _ => throw new InvalidOperationException($"Saliency {kind} has no file."),
        });
        return [.. groups.Select(group => group.IsPrunable ? scores.Dequeue() : [])];
    }

    private static ImmutableArray<GroupMember> MembersOf(Group group, SaliencyKind kind, SaliencyScope scope)
    {
        var members = group.Members.Where(member => kind switch
        {
            SaliencyKind.BatchNormScale => member.Role == ParameterRole.NormWeight,
            // As the authors' program.
            SaliencyKind.SquaredNorm => member is { IsCounted: true, IsDepthwise: false },
            SaliencyKind.Fpgm => member is { Dimension: 0, Role: ParameterRole.Weight },
            _ => member.IsCounted,
        });
        return [.. scope == SaliencyScope.Group ? members : members.Take(1)];
    }
}
