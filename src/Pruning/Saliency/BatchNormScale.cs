using Ocs.Graphs;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// The mean of |γ| over a channel's norm weights. Liu et al. 2017, Network Slimming, arXiv 1708.06519.
/// </summary>
internal static class BatchNormScale
{
    public static IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups, ParameterTable parameters) =>
        L1Norm.Score(groups, parameters, member: "norm weight");
}
