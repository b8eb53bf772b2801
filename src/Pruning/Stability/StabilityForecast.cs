namespace Ocs.Pruning.Stability;

/// <summary>
/// Predicts when the sub-network will be stable. The distance of the similarity to 1 is assumed to shrink by a constant
/// factor each epoch. A straight line is fitted to its logarithm by least squares.
/// </summary>
internal static class StabilityForecast
{
    private const int Fewest = 4;
    private const int Most = 10;

    // If less of the variance is explained, there is no trend.
    private const double LeastExplained = 0.5;

    /// <summary>The first epoch with J_avg ≥ 1 - epsilon; null if there is no trend.</summary>
    /// <param name="averages">
    /// J_avg of epochs 0, 1 and so on, null if there is none; the last is that of the present epoch.
    /// </param>
    /// <param name="start">The first epoch of sparsity learning. Earlier epochs are not used.</param>
    /// <param name="epsilon">The threshold of Eq. 6.</param>
    /// <param name="end">Epochs from this one on are not trained.</param>
    public static int? Epoch(IReadOnlyList<double?> averages, int start, double epsilon, int end)
    {
        var points = averages
            .Select((average, epoch) => (Epoch: epoch, Average: average))
            .Where(point => point.Epoch >= start && point.Average is not null)
            .TakeLast(Most)
            .Select(point => (X: (double)point.Epoch, Y: Math.Log(1 - point.Average!.Value)))
            .ToList();
        if (points.Count < Fewest || points.Any(point => !double.IsFinite(point.Y)))
        {
            return null;
        }

        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        var covariance = points.Sum(point => (point.X - meanX) * (point.Y - meanY));
        var (varianceX, varianceY) = (
            points.Sum(point => Square(point.X - meanX)), points.Sum(point => Square(point.Y - meanY)));
        if (covariance >= 0 || Square(covariance) < LeastExplained * varianceX * varianceY)
        {
            return null;
        }

        var epoch = Math.Max(
            averages.Count, Math.Ceiling(meanX + (Math.Log(epsilon) - meanY) * varianceX / covariance));
        return epoch < end ? (int)epoch : null;

        static double Square(double value) => value * value;
    }
}
