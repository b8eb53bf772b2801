using Ocs.Graphs;

namespace Ocs.Pruning.Saliency;

/// <summary>The mean over a channel's slices of ‖w‖₂ / √|w|.</summary>
/// <remarks>
/// S(g) = (1/|g|) Σ_{w∈g} ‖w‖₂ / √|w|. The authors' program leaves the square root of the norm out, and so does the
/// preset `official`.
/// </remarks>
[Paper("Eq. 2")]
internal static class L2Norm
{
    public static IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups, ParameterTable parameters, bool squared)
    {
        var sums = SliceSums.Compute(
            groups, parameters, (name, dimension) => SliceNorms.SquaresAlong(parameters[name], dimension));
        return groups.Select(slices => slices.MeanOverMembers("weight", (member, channel) =>
        {
            var sum = sums.Of(member, channel);
            return (squared ? sum : Math.Sqrt(sum)) / Math.Sqrt(sums.SliceSize(member));
        }));
    }
}
