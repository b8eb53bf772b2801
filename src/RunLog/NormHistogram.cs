using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>
/// How the norms of the channels that may leave are spread in an epoch, by the run's criterion: counts over bins of equal ratio, apart
/// for the channels that the search would keep and those that it would prune (Fig. 5).
/// </summary>
public sealed record NormHistogram
{
    /// <summary>Bins from a power of ten to the next one.</summary>
    public const int BinsPerDecade = 20;

    private const int LastBin = 12 * BinsPerDecade;

    /// <summary>The bin of the first counts; bin b holds the norms from 10^(b/20) up to 10^((b+1)/20).</summary>
    public required int First { get; init; }

    /// <summary>Channels that stay, by bin from <see cref="First"/> on.</summary>
    public required ImmutableArray<int> Kept { get; init; }

    /// <summary>Channels that leave, over the same bins.</summary>
    public required ImmutableArray<int> Pruned { get; init; }

    /// <summary>Counts norms; what is below 10^-12 counts as that, what is no number does not count.</summary>
    /// <returns>The counts; null where there is nothing to count.</returns>
    public static NormHistogram? Of(IEnumerable<double> kept, IEnumerable<double> pruned)
    {
        int[] keptBins = [.. kept.Where(norm => !double.IsNaN(norm)).Select(BinOf)];
        int[] prunedBins = [.. pruned.Where(norm => !double.IsNaN(norm)).Select(BinOf)];
        int[] all = [.. keptBins, .. prunedBins];
        if (all.Length == 0)
        {
            return null;
        }

        int first = all.Min();
        int bins = all.Max() - first + 1;
        return new() { First = first, Kept = Count(keptBins, first, bins), Pruned = Count(prunedBins, first, bins) };
    }

    /// <summary>The norm that a fraction of the counted channels is not above: the middle of its bin, or null where none is counted.</summary>
    public double? Quantile(ImmutableArray<int> counts, double fraction)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(fraction * counts.Sum(count => (long)count)));
        for (int i = 0; i < counts.Length; i++)
        {
            rank -= counts[i];
            if (rank <= 0)
            {
                return LowerEdge(First + i + 0.5);
            }
        }

        return null;
    }

    /// <summary>Where a bin begins.</summary>
    public static double LowerEdge(double bin) => Math.Pow(10, bin / BinsPerDecade);

    /// <summary>Whether both counts are there, for the same bins of the range: a file may say anything.</summary>
    internal bool IsWhole => !Kept.IsDefault && !Pruned.IsDefault && Kept.Length == Pruned.Length
        && First >= -LastBin && (long)First + Kept.Length <= LastBin && Kept.All(IsCount) && Pruned.All(IsCount);

    private static bool IsCount(int count) => count >= 0;

    // Edges are powers of ten, so that 0.1 belongs into the bin that begins there; logarithms are off by a little.
    private static int BinOf(double norm) =>
        (int)Math.Clamp(Math.Floor(Math.Log10(norm) * BinsPerDecade + 1e-9), -LastBin, LastBin - 1);

    private static ImmutableArray<int> Count(int[] bins, int first, int count)
    {
        int[] counts = new int[count];
        foreach (int bin in bins)
        {
            counts[bin - first]++;
        }

        return [.. counts];
    }
}
