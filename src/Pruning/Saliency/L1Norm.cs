using Ocs.Graphs;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// The mean over a channel's slices of ‖w‖₁ / |w|, the mean magnitude. Li et al. 2017, arXiv 1608.08710.
/// </summary>
/// <remarks>
/// Li et al. rank within one layer, where the division changes nothing; over layers it makes slices of any size
/// comparable.
/// </remarks>
internal static class L1Norm
{
    /// <param name="groups">The slices to score, by group.</param>
    /// <param name="parameters">Their weights.</param>
    /// <param name="member">What an error calls a slice that a group lacks.</param>
    public static IEnumerable<double[]> Score(
        IReadOnlyList<GroupSlices> groups, ParameterTable parameters, string member = "weight")
    {
        var sums = SliceSums.Compute(
            groups,
            parameters,
            (name, dimension) => SliceNorms.MagnitudesAlong(parameters[name], dimension));
        return groups.Select(group => group.MeanOverMembers(
            member, (slice, channel) => sums.Of(slice, channel) / sums.SliceSize(slice)));
    }
}
