using System.Diagnostics.CodeAnalysis;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning.Search;
using Ocs.Torch;

namespace Ocs.Pruning.Surgery;

/// <summary>
/// A cut with its proof (lines 13 and 14 of Alg. 1). The whole network is not changed. It is the only way to cut a
/// network, so every cut is proven.
/// </summary>
public sealed class ProvenCut : IDisposable
{
    private Network? _network;

    private ProvenCut(CutPlan plan, Network network, GateResult gate) => (Plan, _network, Gate) = (plan, network, gate);

    /// <summary>
    /// The plan of the cut. It also cuts tensors with the shape of a parameter, such as an optimiser's moments.
    /// </summary>
    public CutPlan Plan { get; }

    /// <summary>The small network, with the record of the cut.</summary>
    /// <exception cref="ObjectDisposedException">It was released or disposed.</exception>
    public Network Network => _network ?? throw new ObjectDisposedException(nameof(ProvenCut));

    /// <summary>The proof.</summary>
    public GateResult Gate { get; }

    /// <summary>The record of the cut. The caller adds epochs, seed and options by <c>with</c>.</summary>
    public PruningRecord Record => Network.Record!;

    /// <summary>Cuts a network, and proves the cut on a batch.</summary>
    /// <param name="search">What found the sub-network.</param>
    /// <param name="partition">The sub-network.</param>
    /// <param name="whole">The whole network's parameters, lent; they stay as they are.</param>
    /// <param name="batch">A batch of each input in the order of the input nodes, such as images [N, C, H, W].</param>
    /// <exception cref="UnprovenCutException">
    /// The small network does not compute the same as the whole one without its pruned channels. Nothing was changed.
    /// </exception>
    [SuppressMessage(
        "Reliability",
        "CA2000",
        Justification = "The cut that is returned owns the network; every other way out disposes its parameters.")]
    public static ProvenCut Make(
        SubnetworkSearch search, Partition partition, ParameterTable whole, params Tensor[] batch)
    {
        var (coupling, subnetwork) = (search.Coupling, partition.Subnetwork);
        var plan = CutPlan.Create(coupling, subnetwork);
        var parameters = plan.Apply(whole);
        try
        {
            var promised = ResourceConstraint.Macs(coupling).Count(subnetwork);
            var gate = PruneProofGate.Check(
                coupling, subnetwork, plan, whole, parameters, batch, promised, OcsFile.SaveAndReload);
            return gate.Passed
                ? new(plan, new(plan.After, parameters, RecordOf(plan, search, subnetwork)), gate)
                : throw new UnprovenCutException(gate);
        }
        catch
        {
            parameters.Dispose();
            throw;
        }
    }

    /// <summary>Releases the small network to the caller, who then owns it.</summary>
    public Network Release()
    {
        var released = Network;
        _network = null;
        return released;
    }

    /// <summary>Disposes the small network unless it was released.</summary>
    public void Dispose()
    {
        _network?.Dispose();
        _network = null;
    }

    private static PruningRecord RecordOf(CutPlan plan, SubnetworkSearch search, Subnetwork subnetwork) => new()
    {
        OriginalModel = plan.Before.Name,
        Groups =
        [
            .. search.Coupling.Groups.Zip(
                subnetwork.Kept, (group, kept) => new GroupRecord(group.Id, group.Name, group.Channels, kept)),
        ],
        MacsBefore = plan.Before.Macs,
        MacsAfter = plan.After.Macs,
        ParametersBefore = plan.Before.ParameterCount,
        ParametersAfter = plan.After.ParameterCount,
        Target = search.Options.Target,
        Options = search.Options.Names,
    };
}
