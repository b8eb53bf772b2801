using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;
using Ocs.Torch;

namespace Ocs.Pruning.Saliency;

/// <summary>A group that may be cut, and the slices of its channels that a criterion reads.</summary>
public sealed class GroupSlices
{
    private readonly Dictionary<string, float[]> _values = new(StringComparer.Ordinal);

    internal GroupSlices(Group group, ImmutableArray<GroupMember> members, ParameterTable parameters) =>
        (Group, Members, Parameters) = (group, members, parameters);

    /// <summary>The group.</summary>
    public Group Group { get; }

    /// <summary>The parameters that the criterion reads, in network order.</summary>
    public ImmutableArray<GroupMember> Members { get; }

    /// <summary>All weights of the network.</summary>
    internal ParameterTable Parameters { get; }

    /// <summary>The whole parameter, with its gradient where it has one. It is lent: do not dispose it.</summary>
    /// <param name="member">One of <see cref="Members"/>.</param>
    public Tensor ParameterOf(GroupMember member) => Parameters[member.Parameter];

    /// <summary>The values of a channel's slice in the order in which they lie in the parameter.</summary>
    /// <remarks>
    /// The first call for a member copies the whole parameter from its device. Where that is too slow, compute on
    /// <see cref="ParameterOf"/>.
    /// </remarks>
    /// <param name="member">One of <see cref="Members"/>.</param>
    /// <param name="channel">The channel, from 0.</param>
    public float[] ValuesOf(GroupMember member, int channel)
    {
        var parameter = ParameterOf(member);
        var size = (int)parameter.Shape[member.Dimension];
        var inner = (int)NodeShapes.ElementCount(parameter.Shape[(member.Dimension + 1)..].ToArray());
        if (!_values.TryGetValue(member.Parameter, out var values))
        {
            using var _ = Autograd.NoGrad();
            using var floats = parameter.To(DType.Float32);
            _values.Add(member.Parameter, values = floats.ToArray<float>());
        }

        var slice = new List<float>();
        for (var outer = 0; outer < values.Length; outer += size * inner)
        {
            foreach (var index in member.IndicesOf(channel))
            {
                slice.AddRange(values.AsSpan(outer + index * inner, inner));
            }
        }

        return [.. slice];
    }

    /// <summary>For each channel, the mean of a number over its slices.</summary>
    /// <param name="ofSlice">The number for a member and a channel.</param>
    /// <param name="needed">What the criterion reads, for the error where the group has none.</param>
    /// <exception cref="OcsInputException">The group has no slices that the criterion reads.</exception>
    public double[] MeanOverMembers(Func<GroupMember, int, double> ofSlice, string needed = "weight")
    {
        if (Members.IsEmpty)
        {
            throw new OcsInputException(
                $"Group '{Group.Name}' has no {needed}, so it cannot be ranked by that; "
                + "ignore the group or choose another criterion.");
        }

        var saliency = new double[Group.Channels];
        foreach (var member in Members)
        {
            for (var channel = 0; channel < saliency.Length; channel++)
            {
                saliency[channel] += ofSlice(member, channel) / Members.Length;
            }
        }

        return saliency;
    }
}
