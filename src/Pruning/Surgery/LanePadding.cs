using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// Pads widths to whole vectors. Convolutions with odd widths run slower than wider ones that fill whole vectors. A
/// ResNet-20 cut to half of its MACs trained at 0.6 times its speed before the cut, and with widths rounded up to
/// multiples of 8 at 1.25 times (one core, channels-last). So while a cut network trains, each group may keep some
/// channels that are zero. Their gradients are zero too, so they stay zero and the outputs do not change. Files, counts
/// and reports are of the network without padding.
/// </summary>
internal static class LanePadding
{
    private const int Lanes = 8;

    /// <summary>
    /// The cut from the padded network to the cut one. Null if no width needs padding, or if padding would change
    /// outputs: an operator makes zero channels non-zero, or mixes them into others.
    /// </summary>
    public static CutPlan? Plan(CouplingGraph coupling, Subnetwork subnetwork, CutPlan cut)
    {
        var padded = Pad(coupling.Groups, subnetwork);
        return padded.Kept.Zip(subnetwork.Kept, (wide, narrow) => wide.Length == narrow.Length).All(same => same)
            || coupling.Graph.Nodes.Any(node => !node.Operator.KeepsZeroChannels(coupling.Graph.ShapesOf(node)))
            || Enumerable.Range(0, coupling.Graph.Nodes.Length).Any(node => KeptStatistics.IsChanged(cut, node))
            ? null
            : CutPlan.Between(CutPlan.Create(coupling, padded), cut);
    }

    private static Subnetwork Pad(ImmutableArray<Group> groups, Subnetwork subnetwork) => Subnetwork.FromPruned(
        groups,
        groups.Select((group, position) =>
        {
            var kept = subnetwork.Kept[position].Length;
            var width = Math.Min(group.Channels, (kept + Lanes - 1) / Lanes * Lanes);
            return (IReadOnlyCollection<int>)[.. subnetwork.PrunedOf(position).Skip(width - kept)];
        }));
}
