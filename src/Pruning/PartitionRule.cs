namespace Ocs.Pruning;

/// <summary>How the sub-network is found among the ranked channels.</summary>
public enum PartitionRule
{
    /// <summary>The fewest of the lowest-ranked channels that reach the target.</summary>
    Paper,

    /// <summary>
    /// The authors' program: a search that stops within 0.05 % of the target, else at its last try; ties go together.
    /// </summary>
    Official,
}
