using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>A cut that the gate has looked at (lines 13 and 14 of Alg. 1). Nothing of the whole network is changed.</summary>
/// <param name="Plan">What leaves.</param>
/// <param name="Parameters">The cut network's parameters; the caller owns them.</param>
/// <param name="Gate">What the gate found.</param>
internal sealed record ProvenCut(CutPlan Plan, ParameterTable Parameters, GateResult Gate)
{
    /// <summary>Makes the cut beside the whole network, and proves it on a batch of images.</summary>
    public static ProvenCut Make(
        OneCyclePruner pruner, Partition partition, ParameterTable whole, Tensor images, PruneProofGate.SaveAndReload? reload)
    {
        var plan = CutPlan.Create(pruner.Coupling, partition.Subnetwork);
        var cut = plan.Apply(whole);
        try
        {
            var promised = ResourceConstraint.Macs(pruner.Coupling).Count(partition.Subnetwork);
            return new(plan, cut, PruneProofGate.Check(pruner.Coupling, partition.Subnetwork, plan, whole, cut, images, promised, reload));
        }
        catch
        {
            cut.Dispose();
            throw;
        }
    }

    /// <summary>What the network was cut to, for its files.</summary>
    public PruningRecord Record(OneCyclePruner pruner, Partition partition, double target, int epoch, ulong seed, string options) => new()
    {
        OriginalModel = Plan.Before.Name,
        Groups = [.. pruner.Coupling.Groups.Zip(partition.Subnetwork.Kept, (group, kept) => new GroupRecord(group.Id, group.Name, group.Channels, kept))],
        MacsBefore = Plan.Before.Macs,
        MacsAfter = Plan.After.Macs,
        ParametersBefore = Plan.Before.ParameterCount,
        ParametersAfter = Plan.After.ParameterCount,
        Target = target,
        StableEpoch = pruner.StableEpoch,
        CutEpoch = epoch,
        SparsityStartEpoch = pruner.SparsityStartEpoch,
        Seed = seed,
        Options = options,
    };
}
