namespace Ocs.Pruning;

/// <summary>What is compared between two sub-networks.</summary>
public enum SimilarityKind
{
    /// <summary>Which channels stay (Eq. 3).</summary>
    Identity,

    /// <summary>Only how many stay, as in PaT (Shen et al. 2022).</summary>
    Count,
}
