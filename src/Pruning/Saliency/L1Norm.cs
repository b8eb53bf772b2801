namespace Ocs.Pruning.Saliency;

/// <summary>
/// The mean over a channel's slices of ‖w‖₁ / |w|, the mean magnitude. Li et al. 2017, arXiv 1608.08710.
/// </summary>
/// <remarks>
/// Li et al. rank within one layer, where the division changes nothing; over layers it makes slices of any size
/// comparable.
/// </remarks>
internal sealed class L1Norm : ISaliency
{
    public string Name => OptionName.Of(nameof(SaliencyKind.L1Norm));

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) => MeanMagnitudes(groups, "weight");

    /// <summary>The mean magnitudes of whatever slices are given.</summary>
    /// <param name="groups">The slices to score, by group.</param>
    /// <param name="member">What an error calls a slice that a group lacks.</param>
    public static IEnumerable<double[]> MeanMagnitudes(IReadOnlyList<GroupSlices> groups, string member)
    {
        var sums = SliceSums.Compute(groups, SliceNorms.MagnitudesAlong);
        return groups.Select(group => group.MeanOverMembers(
            (slice, channel) => sums.Of(slice, channel) / sums.SliceSize(slice), member));
    }
}
