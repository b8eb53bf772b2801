using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Saliency;

/// <summary>A group that may be cut, and those of its members that a criterion reads.</summary>
internal sealed record GroupSlices(Group Group, ImmutableArray<GroupMember> Members)
{
    /// <summary>The mean over members of a number for each channel's slice.</summary>
    /// <param name="needed">What the criterion ranks by, for the error where the group has none.</param>
    /// <param name="ofSlice">The number for a member's channel.</param>
    public double[] MeanOverMembers(string needed, Func<GroupMember, int, double> ofSlice)
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
