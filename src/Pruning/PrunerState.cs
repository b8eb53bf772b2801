using System.Collections.Immutable;
using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>
/// The state of the method between steps. A run restored from it continues as if it had never stopped.
/// </summary>
/// <param name="Subnetworks">Kept channels by epoch and prunable group, of as many epochs as Eq. 3 looks back.</param>
/// <param name="Similarities">J of every epoch so far (Eq. 3).</param>
/// <param name="Averages">J_avg of every epoch so far (Eq. 4).</param>
/// <param name="Partition">The last sub-network that was found.</param>
/// <param name="Lambda">Of the present epoch (Eq. 7).</param>
/// <param name="IsRegularizing">Whether steps drive the pruned slices to zero.</param>
/// <param name="SparsityStartEpoch">t_sl-start.</param>
/// <param name="StableEpoch">t*.</param>
/// <param name="WasForced">Whether the cut did not wait for t*.</param>
public sealed record PrunerState(
    ImmutableArray<ImmutableArray<ImmutableArray<int>>> Subnetworks,
    ImmutableArray<double?> Similarities,
    ImmutableArray<double?> Averages,
    Partition? Partition,
    double Lambda,
    bool IsRegularizing,
    int? SparsityStartEpoch,
    int? StableEpoch,
    bool WasForced)
{
    /// <summary>The epoch before which the pruned slices are 0; null without such a deadline.</summary>
    public int? DeadlineEpoch { get; init; }

    /// <summary>
    /// Logarithms of scores over their thresholds by epoch, group and channel, of as many epochs as the dispute is
    /// taken over.
    /// </summary>
    public ImmutableArray<ImmutableArray<double[]?>> Margins { get; init; } = [];

    /// <summary>The ranking that was chosen; null before the choice, and if the options name one.</summary>
    public Ranking? Ranking { get; init; }

    /// <summary>The dispute of every epoch so far.</summary>
    public ImmutableArray<double?> Disputes { get; init; } = [];
}
