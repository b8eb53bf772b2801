namespace Ocs.Formats.Onnx.Quantization;

/// <summary>
/// The range of a histogram that 256 levels describe best: it minimizes the Kullback-Leibler divergence between the
/// clipped counts and the same counts spread evenly over each level.
/// </summary>
internal static class EntropyRange
{
    private const int Levels = 256;
    private const int Step = 64;
    private const double LeastProbability = 1e-9;

    /// <summary>The bounds of the range. They lie within the bins that are not empty.</summary>
    public static (double Low, double High) Of(Histogram histogram)
    {
        var counts = histogram.Counts.ToArray();
        var (first, end) = (Array.FindIndex(counts, count => count > 0), Array.FindLastIndex(counts, c => c > 0) + 1);
        if (first < 0)
        {
            return (0, 0);
        }

        // 0 is exact for any range, so the number of zeros must not count.
        const int Zero = Histogram.Bins / 2;
        counts[Zero] = counts[Zero + 1];
        var best = (Divergence: double.PositiveInfinity, First: first, End: end);
        var widest = Math.Max(Zero - first, end - Zero);
        for (var width = Math.Min(Levels, widest); width <= widest; width += Step)
        {
            var (low, high) = (Math.Max(first, Zero - width), Math.Min(end, Zero + width));
            var divergence = Divergence(counts, low, high);
            best = divergence < best.Divergence ? (divergence, low, high) : best;
        }

        return (histogram.BoundOf(best.First), histogram.BoundOf(best.End));
    }

    private static double Divergence(long[] counts, int first, int end)
    {
        var inside = counts.AsSpan(first, end - first);
        var clipped = inside.ToArray();
        clipped[0] += Sum(counts.AsSpan(0, first));
        clipped[^1] += Sum(counts.AsSpan(end));
        var (all, kept) = ((double)Sum(clipped), (double)Sum(inside));
        var sum = 0.0;
        for (var level = 0; level < Levels; level++)
        {
            var (from, to) = (level * inside.Length / Levels, (level + 1) * inside.Length / Levels);
            var members = inside[from..to];
            var each = Sum(members) / (double)Math.Max(1, members.Length - members.Count(0L));
            for (var bin = from; bin < to; bin++)
            {
                if (clipped[bin] > 0)
                {
                    var (p, q) = (clipped[bin] / all, inside[bin] > 0 ? each / kept : 0);
                    sum += p * Math.Log(p / Math.Max(q, LeastProbability));
                }
            }
        }

        return sum;
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
