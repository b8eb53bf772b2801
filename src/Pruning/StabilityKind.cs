namespace Ocs.Pruning;

/// <summary>How it is decided that the sub-network is stable.</summary>
public enum StabilityKind
{
    /// <summary>
    /// The averaged similarity of sub-networks (Eq. 4): its rise (Eq. 5), and its distance to 1 (Eq. 6).
    /// </summary>
    Jaccard,

    /// <summary>
    /// The dispute: the share of the resource in channels whose scores vary as much from epoch to epoch as they are
    /// away from the threshold between kept and pruned. Sparsity learning starts when it has stopped falling.
    /// </summary>
    Dispute,
}
