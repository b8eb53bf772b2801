using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>The saliency of each channel of each group by a criterion. The lowest leave first.</summary>
/// <remarks>
/// Biases and buffers are never read. A slice is what a channel has in one dimension of one parameter.
/// </remarks>
internal static class GroupSaliency
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
        ulong seed = 0) => Compute(groups, parameters, Of(kind, seed), scope);

    /// <summary>The same by any criterion.</summary>
    /// <exception cref="OcsInputException">
    /// A group has nothing that the criterion ranks by, a gradient is missing, or a score is no number.
    /// </exception>
    public static ImmutableArray<double[]> Compute(
        ImmutableArray<Group> groups, ParameterTable parameters, ISaliency saliency, SaliencyScope scope)
    {
        using var _ = Autograd.NoGrad();
        var slices = groups
            .Where(group => group.IsPrunable)
            .Select(group => new GroupSlices(group, MembersOf(group, saliency, scope), parameters))
            .ToImmutableArray();
        var scores = saliency.Score(slices).ToImmutableArray();
        Check(slices, scores, saliency);
        var rest = new Queue<double[]>(scores);
        return [.. groups.Select(group => group.IsPrunable ? rest.Dequeue() : [])];
    }

    /// <summary>A criterion of the field's.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="seed">Where <see cref="SaliencyKind.Random"/> draws from.</param>
    public static ISaliency Of(SaliencyKind kind, ulong seed = 0) => kind switch
    {
        SaliencyKind.Norm => new L2Norm(squared: false),
        SaliencyKind.SquaredNorm => new L2Norm(squared: true),
        SaliencyKind.L1Norm => new L1Norm(),
        SaliencyKind.BatchNormScale => new BatchNormScale(),
        SaliencyKind.Taylor => new Taylor(),
        SaliencyKind.Fpgm => new Fpgm(),
        SaliencyKind.Lamp => new Lamp(),
        SaliencyKind.Random => new RandomSaliency(seed),
        _ => throw new InvalidOperationException($"Saliency {kind} has no file."),
    };

    private static ImmutableArray<GroupMember> MembersOf(Group group, ISaliency saliency, SaliencyScope scope)
    {
        var members = group.Members.Where(saliency.Reads);
        return [.. scope == SaliencyScope.Group ? members : members.Take(1)];
    }

    private static void Check(
        ImmutableArray<GroupSlices> groups, ImmutableArray<double[]> scores, ISaliency saliency)
    {
        if (scores.Length != groups.Length)
        {
            throw new OcsInputException(
                $"Saliency '{saliency.Name}' scored {scores.Length} groups, but {groups.Length} were given; "
                + "it must score each of them, in their order.");
        }

        foreach (var (group, channels) in groups.Zip(scores))
        {
            if (channels.Length != group.Group.Channels)
            {
                throw new OcsInputException(
                    $"Saliency '{saliency.Name}' gave {channels.Length} scores for group '{group.Group.Name}', "
                    + $"which has {group.Group.Channels} channels; it must give one for each.");
            }
        }
    }
}
