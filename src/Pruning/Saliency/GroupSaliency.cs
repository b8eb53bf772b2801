using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Saliency;

/// <summary>Saliency of each channel of a group: the mean over its slices of ‖w‖₂ / √|w|.</summary>
/// <remarks>
/// S(g) = (1/|g|) Σ_{w∈g} ‖w‖₂ / √|w|. One slice w is what a channel has in one dimension of one parameter; biases and buffers are
/// not counted. The preset `official` leaves the square root of the norm out.
/// </remarks>
[Paper("Eq. 2")]
public static class GroupSaliency
{
    /// <summary>The saliency of every channel, by the group's position; empty for groups that may not be cut.</summary>
    public static ImmutableArray<double[]> Compute(
        ImmutableArray<Group> groups,
        ParameterTable parameters,
        SaliencyKind kind = SaliencyKind.Norm,
        SaliencyScope scope = SaliencyScope.Group)
    {
        var norms = SliceNorms.Compute(groups.Where(group => group.IsPrunable), parameters);
        return [.. groups.Select(group => group.IsPrunable ? OfGroup(group, parameters, norms, kind, scope) : [])];
    }

    private static double[] OfGroup(
        Group group, ParameterTable parameters, SliceNorms norms, SaliencyKind kind, SaliencyScope scope)
    {
        var counted = group.Members.Where(member => member.IsCounted);
        var members = (scope == SaliencyScope.Group ? counted : counted.Take(1)).ToList();
        var saliency = new double[group.Channels];
        foreach (var member in members)
        {
            var sumsOfSquares = norms.SumsOfSquares(member);
            var parameter = parameters[member.Parameter];
            var sliceSize = (double)parameter.ElementCount / parameter.Shape[member.Dimension] * member.IndicesPerChannel;
            for (var channel = 0; channel < saliency.Length; channel++)
            {
                var sum = 0.0;
                foreach (var index in member.IndicesOf(channel))
                {
                    sum += sumsOfSquares[index];
                }

                saliency[channel] += (kind == SaliencyKind.Norm ? Math.Sqrt(sum) : sum) / Math.Sqrt(sliceSize) / members.Count;
            }
        }

        return saliency;
    }
}
