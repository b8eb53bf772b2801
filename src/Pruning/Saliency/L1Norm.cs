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
    public static IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups, ParameterTable parameters)
    {
        var sums = SliceSums.Compute(
            groups,
            parameters,
            (name, dimension) => SliceNorms.MagnitudesAlong(parameters[name], dimension));
        return groups.Select(slices => slices.MeanOverMembers(
            "weight", (member, channel) => sums.Of(member, channel) / sums.SliceSize(member)));
    }
}
