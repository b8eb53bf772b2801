using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>
/// How the norms of the channels that may leave are spread in an epoch, by the run's criterion, apart for the channels
/// that the search would keep and those that it would prune (Fig. 5).
/// </summary>
/// <param name="Kept">Channels that stay.</param>
/// <param name="Pruned">Channels that leave.</param>
public sealed record NormHistogram(NormCounts Kept, NormCounts Pruned)
{
    /// <summary>Counts norms; null if there is nothing to count.</summary>
    internal static NormHistogram? Of(IEnumerable<double> kept, IEnumerable<double> pruned)
    {
        var norms = new NormHistogram(NormCounts.Of(kept), NormCounts.Of(pruned));
        return norms.Kept.Total + norms.Pruned.Total > 0 ? norms : null;
    }

    /// <summary>Whether all counts lie within the bins that there are: a file may say anything.</summary>
    internal bool IsSound => Kept is { IsSound: true } && Pruned is { IsSound: true };
}

/// <summary>Counts of norms over bins of equal ratio.</summary>
/// <param name="First">The bin of the first count; bin b holds the norms from 10^(b/40) up to 10^((b+1)/40).</param>
/// <param name="Counts">How many norms lie in each bin from the first on.</param>
public sealed record NormCounts(int First, ImmutableArray<int> Counts)
{
    /// <summary>Bins from a power of ten to the next one.</summary>
    public const int BinsPerDecade = 40;

    private const int LastBin = 12 * BinsPerDecade;

    /// <summary>How many are counted in all.</summary>
    public long Total => Counts.Sum(count => (long)count);

    internal bool IsSound =>
        !Counts.IsDefault && First >= -LastBin && (long)First + Counts.Length <= LastBin
        && Counts.All(count => count >= 0);

    /// <summary>
    /// The norm that a fraction of the counted ones is not above: the middle of its bin, or null if none is counted.
    /// </summary>
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

    /// <summary>Counts norms; what is below 10^-12 counts as that, what is no number does not count.</summary>
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

    // Edges are powers of ten, so that 0.1 belongs into the bin that begins there; logarithms are off by a little.
    private static int BinOf(double norm) =>
        (int)Math.Clamp(Math.Floor(Math.Log10(norm) * BinsPerDecade + 1e-9), -LastBin, LastBin - 1);
}
