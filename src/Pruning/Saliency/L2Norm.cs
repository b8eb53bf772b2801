using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Saliency;

/// <summary>The mean over a channel's slices of ‖w‖₂ / √|w|.</summary>
/// <remarks>
/// S(g) = (1/|g|) Σ_{w∈g} ‖w‖₂ / √|w|. The authors' program leaves the square root of the norm out, and so does the
/// preset `official`.
/// </remarks>
[Paper("Eq. 2")]
internal sealed class L2Norm(bool squared) : ISaliency
{
    public string Name => OptionName.Of($"{(squared ? SaliencyKind.SquaredNorm : SaliencyKind.Norm)}");

    // Squared, as the authors' program.
    public bool Reads(GroupMember member) => member.IsCounted && !(squared && member.IsDepthwise);

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups)
    {
        var sums = SliceSums.Compute(groups, SliceNorms.SquaresAlong);
        return groups.Select(slices => slices.MeanOverMembers((member, channel) =>
        {
            var sum = sums.Of(member, channel);
            return (squared ? sum : Math.Sqrt(sum)) / Math.Sqrt(sums.SliceSize(member));
        }));
    }
}
