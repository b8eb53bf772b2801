using System.Collections.Immutable;

namespace Ocs.Pruning.Stability;

/// <summary>
/// How alike two sub-networks are: the mean over groups of the Jaccard similarity of their kept channels, from 0 to 1.
/// </summary>
/// <remarks>J(M, M') = (1/L) Σ_l |F_l ∩ F'_l| / |F_l ∪ F'_l|.</remarks>
[Paper("Eq. 3")]
internal static class SubnetworkSimilarity
{
    /// <summary>
    /// By group, the kept channels of both; with <see cref="SimilarityKind.Count"/> only their numbers are compared.
    /// </summary>
    public static double Compute(
        ImmutableArray<ImmutableArray<int>> before,
        ImmutableArray<ImmutableArray<int>> after,
        SimilarityKind kind = SimilarityKind.Identity)
    {
        var sum = 0.0;
        for (var group = 0; group < before.Length; group++)
        {
            var (f, g) = (before[group], after[group]);
            if (kind == SimilarityKind.Count)
            {
                // Two sets of these sizes are at most this similar.
                sum += (double)Math.Min(f.Length, g.Length) / Math.Max(f.Length, g.Length);
            }
            else
            {
                var shared = f.Intersect(g).Count();
                sum += (double)shared / (f.Length + g.Length - shared);
            }
        }

        return sum / before.Length;
    }
}
