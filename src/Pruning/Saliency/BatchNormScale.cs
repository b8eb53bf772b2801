using Ocs.Graphs;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Saliency;

/// <summary>
/// The mean of |γ| over a channel's norm weights. Liu et al. 2017, Network Slimming, arXiv 1708.06519.
/// </summary>
internal sealed class BatchNormScale : ISaliency
{
    public string Name => OptionName.Of(nameof(SaliencyKind.BatchNormScale));

    public bool Reads(GroupMember member) => member.Role == ParameterRole.NormWeight;

    public IEnumerable<double[]> Score(IReadOnlyList<GroupSlices> groups) =>
        L1Norm.MeanMagnitudes(groups, "norm weight");
}
