using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>
/// The norms of prunable channels in an epoch, by the run's criterion: separately for channels that the search would
/// keep and would prune (Fig. 5).
/// </summary>
/// <param name="Kept">Channels that the search would keep.</param>
/// <param name="Pruned">Channels that the search would prune.</param>
public sealed record NormHistogram(NormCounts Kept, NormCounts Pruned)
{
    /// <summary>Counts norms; null if there are none.</summary>
    internal static NormHistogram? Of(IEnumerable<double> kept, IEnumerable<double> pruned)
    {
        var norms = new NormHistogram(NormCounts.Of(kept), NormCounts.Of(pruned));
        return norms.Kept.Total + norms.Pruned.Total > 0 ? norms : null;
    }

    /// <summary>Whether all counts are within the existing bins: a file may contain anything.</summary>
    internal bool IsSound => Kept is { IsSound: true } && Pruned is { IsSound: true };
}

/// <summary>Counts of norms in logarithmic bins.</summary>
/// <param name="First">The bin of the first count; bin b holds the norms from 10^(b/40) up to 10^((b+1)/40).</param>
/// <param name="Counts">The number of norms in each bin, from the first on.</param>
public sealed record NormCounts(int First, ImmutableArray<int> Counts)
{
    /// <summary>Bins per power of ten.</summary>
    public const int BinsPerDecade = 40;

    private const int LastBin = 12 * BinsPerDecade;

    /// <summary>The total count.</summary>
    public long Total => Counts.Sum(count => (long)count);

    internal bool IsSound =>
        !Counts.IsDefault && First >= -LastBin && (long)First + Counts.Length <= LastBin
        && Counts.All(count => count >= 0);

    /// <summary>The quantile for a fraction: the middle of its bin, or null if there are no norms.</summary>
    public double? Quantile(double fraction)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(fraction * Total));
        for (var i = 0; i < Counts.Length; i++)
        {
            rank -= Counts[i];
            if (rank <= 0)
            {
                return Math.Pow(10, (First + i + 0.5) / BinsPerDecade);
            }
        }

        return null;
    }

    /// <summary>Counts norms. Norms below 10^-12 count as 10^-12; NaN does not count.</summary>
    internal static NormCounts Of(IEnumerable<double> norms)
    {
        int[] bins = [.. norms.Where(norm => !double.IsNaN(norm)).Select(BinOf)];
        if (bins.Length == 0)
        {
            return new(0, []);
        }

        var first = bins.Min();
        var counts = new int[bins.Max() - first + 1];
        foreach (var bin in bins)
        {
            counts[bin - first]++;
        }

        return new(first, [.. counts]);
    }

    // Compares with powers of ten, because logarithms are rounded: 0.1 belongs to the bin that begins there.
    private static int BinOf(double norm) =>
        (int)Math.Clamp(Math.Floor(Math.Log10(norm) * BinsPerDecade + 1e-9), -LastBin, LastBin - 1);
}
