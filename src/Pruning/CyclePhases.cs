using Ocs.Pruning.Stability;

namespace Ocs.Pruning;

/// <summary>
/// The phase of each epoch (lines 8 to 17 of Alg. 1): when sparsity learning starts, and when the network is cut.
/// </summary>
internal sealed class CyclePhases
{
    private readonly OneCycleOptions _options;
    private readonly SparsityStart _start;
    private readonly CycleTiming _timing;
    private readonly StabilityIndicator _similarity;
    private readonly Dispute _dispute;

    /// <summary>Begins before the first epoch.</summary>
    /// <param name="options">The options of a run, with `OneCycleOptions.SparsityStartEpoch` set.</param>
    /// <param name="similarity">Must have observed an epoch before `Begin` is called for it.</param>
    /// <param name="dispute">The same.</param>
    /// <exception cref="OcsInputException">The start of sparsity learning is missing.</exception>
    public CyclePhases(OneCycleOptions options, StabilityIndicator similarity, Dispute dispute)
    {
        (_similarity, _dispute) = (similarity, dispute);
        _start = options.SparsityStartEpoch ?? throw new OcsInputException(
            $"It is not said when sparsity learning starts; give `{nameof(options.SparsityStartEpoch)}`, "
            + "or the number of epochs (OneCycleOptions.For).");
        _options = options;
        _timing = CycleTiming.Of(options.Timing);
    }

    /// <summary>t_sl-start, once it is known.</summary>
    public int? SparsityStartEpoch { get; private set; }

    /// <summary>t*, once it is known; it stays null when the cut is forced.</summary>
    public int? StableEpoch { get; private set; }

    /// <summary>Whether the cut did not wait for stability.</summary>
    public bool WasForced { get; private set; }

    /// <summary>
    /// The epoch before which the pruned slices are 0, once it is known; null with
    /// <see cref="ShrinkageKind.Strength"/>.
    /// </summary>
    public int? DeadlineEpoch { get; private set; }

    /// <summary>Whether slices are shrunk to 0 by a given step.</summary>
    public bool HasDeadline => _options is { ShrinkageKind: ShrinkageKind.Deadline, Shrinkage: true };

    /// <summary>The phase of an epoch that begins.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="isUnchanged">Whether its sub-network equals that of the previous epoch.</param>
    public Phase Begin(int epoch, bool isUnchanged)
    {
        var mayCut = !_timing.CutsAfterEpochs && (SparsityStartEpoch is not null || epoch >= _options.LatestCutEpoch);
        if (mayCut && IsTimeToCut(epoch, isUnchanged, epoch >= _options.LatestCutEpoch))
        {
            return Phase.Final;
        }

        if (SparsityStartEpoch is not null)
        {
            // Slices that the last epoch added to the pruned ones get one more epoch to become 0.
            DeadlineEpoch = DeadlineEpoch <= epoch ? epoch + 1 : DeadlineEpoch;
            return Phase.Sparsity;
        }

        return Start(epoch);
    }

    /// <summary>Whether the network is to be cut after an epoch that was trained: the authors' program does.</summary>
    public bool IsCutAfter(int epoch) =>
        _timing.CutsAfterEpochs && IsTimeToCut(epoch, isUnchanged: false, epoch > _options.LatestCutEpoch);

    /// <summary>Cuts at the end of a run whose sub-network never became stable.</summary>
    public void Force() => (StableEpoch, WasForced) = (null, true);

    /// <summary>Restores a saved state.</summary>
    public void Restore(PrunerState state) => (SparsityStartEpoch, StableEpoch, WasForced, DeadlineEpoch) =
        (state.SparsityStartEpoch, state.StableEpoch, state.WasForced, state.DeadlineEpoch);

    private Phase Start(int epoch)
    {
        if (_start.Epoch is { } given)
        {
            return epoch >= given + _timing.StartDelay ? StartAt(epoch) : Phase.Train;
        }

        if (_options.Stability == StabilityKind.Dispute)
        {
            return epoch >= _options.MonitorStartEpoch && (_dispute.HasStoppedFalling || epoch >= LatestStart)
                ? StartAt(epoch)
                : Phase.Train;
        }

        // Lines 8 to 11 of Alg. 1: the epoch in which Eq. 5 holds is still trained plainly.
        if (epoch >= _timing.FirstStart && SparsityLearningStart.IsReached(
            _similarity.Averages, _timing.StartWindow ?? _options.StabilityWindow, _options.StartThreshold))
        {
            StartAt(epoch);
        }

        return Phase.Train;
    }

    // Later, the slices would not be 0 at the latest cut.
    private int LatestStart => _options.LatestCutEpoch - _options.ShrinkageEpochs ?? int.MaxValue;

    private Phase StartAt(int epoch)
    {
        SparsityStartEpoch = epoch;
        DeadlineEpoch = HasDeadline
            ? Math.Min(epoch + (_options.ShrinkageEpochs ?? 1), _options.LatestCutEpoch ?? int.MaxValue)
            : null;
        return Phase.Sparsity;
    }

    private bool IsTimeToCut(int epoch, bool isUnchanged, bool forced)
    {
        var stable =
            HasDeadline ? DeadlineEpoch <= epoch && isUnchanged
            : _options.Stability == StabilityKind.Dispute ? _dispute.Value <= Search.ClassRanking.Tolerance
            : Stability.StableEpoch.IsReached(_similarity.Average, _options.StableThreshold);
        if (!stable && !forced)
        {
            return false;
        }

        (StableEpoch, WasForced) = (stable ? epoch : null, !stable);
        return true;
    }
}
