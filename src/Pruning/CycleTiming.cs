namespace Ocs.Pruning;

/// <summary>
/// When the phases of the cycle change. Alg. 1 and the authors' program differ by a few epochs and steps; each
/// difference is here.
/// </summary>
internal sealed record CycleTiming
{
    private static readonly CycleTiming Paper = new();

    private static readonly CycleTiming Official = new()
    {
        CutsAfterEpochs = true,
        MissingSimilarityIsZero = true,
        StartDelay = 2,
        StartWindow = 2,
        FirstStart = 4,
        ShrinkageLead = 1,
        EpochsBehindAfterCut = 1,
    };

    /// <summary>
    /// Whether Eq. 6 is tested after an epoch, with the partition from its start. Otherwise it is tested before the
    /// epoch.
    /// </summary>
    public bool CutsAfterEpochs { get; private init; }

    /// <summary>
    /// Whether J of epochs before the search counts as 0 in the average (Eq. 4). Otherwise there is no average yet.
    /// </summary>
    public bool MissingSimilarityIsZero { get; private init; }

    /// <summary>
    /// Epochs from the one that is given for the start of sparsity learning to the start: the program compares with
    /// "&gt;" and one more.
    /// </summary>
    public int StartDelay { get; private init; }

    /// <summary>Epochs that Eq. 5 looks back; null for the window of Eq. 4.</summary>
    public int? StartWindow { get; private init; }

    /// <summary>The first epoch in which Eq. 5 is tested.</summary>
    public int FirstStart { get; private init; }

    /// <summary>Steps by which Eq. 9 takes the learning rate ahead of the optimiser.</summary>
    public int ShrinkageLead { get; private init; }

    /// <summary>Epochs that the learning rate's schedule goes back at the cut: the program begins a new one.</summary>
    public int EpochsBehindAfterCut { get; private init; }

    /// <summary>The rules of a choice.</summary>
    public static CycleTiming Of(PhaseTiming timing) => timing == PhaseTiming.Official ? Official : Paper;
}
