using System.Collections.Immutable;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Stability;

/// <summary>
/// How much of the resource is still in dispute: q = Σ m Φ(-|x|/s) / Σ m over the channels that may leave. x is the
/// logarithm of a channel's score over the threshold of its group, s the standard deviation of x over the last epochs,
/// m the channel's share of the resource, Φ the normal distribution. So q is the share of the resource that is expected
/// on the other side of the threshold if the scores are drawn anew. The threshold lies midway (in logarithms) between
/// the highest score that leaves and the lowest that stays. A group that keeps all channels has no threshold and is not
/// in dispute. Neither is a group whose removed channels are all 0.
/// </summary>
/// <param name="shares">The resource of a channel of each group; 0 for a group that may not be cut.</param>
/// <param name="channels">How many channels each group has.</param>
/// <param name="window">Over how many epochs the deviation is taken, at least 2.</param>
internal sealed class Dispute(ImmutableArray<double> shares, ImmutableArray<int> channels, int window)
{
    // Scores of slices that are nearly 0 would make any spread look large.
    private static readonly double Farthest = Math.Log(1000);
    private readonly List<ImmutableArray<double[]?>> _margins = [];
    private readonly List<double?> _values = [];

    /// <summary>x by epoch, group and channel, of the last epochs; null if there is no threshold.</summary>
    public IReadOnlyList<ImmutableArray<double[]?>> Margins => _margins;

    /// <summary>q of each epoch so far; null if there were too few.</summary>
    public IReadOnlyList<double?> Values => _values;

    /// <summary>q of the last epoch.</summary>
    public double? Value => _values.Count == 0 ? null : _values[^1];

    /// <summary>
    /// Whether q has stopped falling: the line through the logarithms of the last values is level or rises, within its
    /// own standard error.
    /// </summary>
    public bool HasStoppedFalling
    {
        get
        {
            var points = Math.Max(window, 3);
            var recent = _values.TakeLast(points).ToList();
            return recent.Count == points && recent.TrueForAll(value => value is not null)
                && IsLevel([.. recent.Select(value => Math.Log(Math.Max(value!.Value, 1e-12)))]);
        }
    }

    /// <summary>Takes the partition of the next epoch; null before the search begins.</summary>
    public void Observe(Partition? partition)
    {
        if (partition is null || partition.Saliency.IsEmpty)
        {
            _values.Add(null);
            return;
        }

        _margins.Add(MarginsOf(partition));
        if (_margins.Count > window)
        {
            _margins.RemoveAt(0);
        }

        _values.Add(_margins.Count < window ? null : Share());
    }

    /// <summary>Begins again with this partition, which another ranking found.</summary>
    public void Replace(Partition partition)
    {
        _margins.Clear();
        _margins.Add(MarginsOf(partition));
    }

    /// <summary>Whether the margins of an epoch are those of the network's groups.</summary>
    public bool IsOf(ImmutableArray<double[]?> margins) => margins.Length == channels.Length
        && margins.Zip(channels).All(pair => pair.First is null || pair.First.Length == pair.Second);

    /// <summary>Goes on from the history of the same network.</summary>
    public void Restore(IEnumerable<ImmutableArray<double[]?>> margins, IEnumerable<double?> values)
    {
        _margins.Clear();
        _values.Clear();
        _margins.AddRange(margins);
        _values.AddRange(values);
    }

    private static ImmutableArray<double[]?> MarginsOf(Partition partition) =>
        [.. partition.Saliency.Select((scores, group) => Margin(scores, partition.Subnetwork.Kept[group]))];

    // ln(score / threshold) of each channel.
    private static double[]? Margin(double[] scores, ImmutableArray<int> kept)
    {
        if (kept.Length == scores.Length || scores.Length == 0)
        {
            return null;
        }

        var stays = new bool[scores.Length];
        foreach (var channel in kept)
        {
            stays[channel] = true;
        }

        var lowestKept = scores.Where((_, channel) => stays[channel]).Min();
        var highestPruned = scores.Where((_, channel) => !stays[channel]).Max();
        if (!(highestPruned > 0))
        {
            return null;
        }

        var threshold = (Math.Log(lowestKept)
            + Math.Log(Math.Max(highestPruned, lowestKept * Math.Exp(-Farthest)))) / 2;
        return [.. scores.Select(score => Math.Clamp(Math.Log(score) - threshold, -Farthest, Farthest))];
    }

    private static bool IsLevel(double[] values)
    {
        var middle = (values.Length - 1) / 2.0;
        var mean = values.Average();
        var spread = values.Select((_, i) => (i - middle) * (i - middle)).Sum();
        var slope = values.Select((value, i) => (i - middle) * (value - mean)).Sum() / spread;
        var residual = values
            .Select((value, i) => value - mean - slope * (i - middle))
            .Sum(miss => miss * miss);
        return slope + Math.Sqrt(residual / (values.Length - 2) / spread) >= 0;
    }

    private double Share()
    {
        var (disputed, total) = (0.0, 0.0);
        for (var group = 0; group < shares.Length; group++)
        {
            total += shares[group] * channels[group];
            if (shares[group] > 0 && _margins.TrueForAll(margins => margins[group] is not null))
            {
                for (var channel = 0; channel < channels[group]; channel++)
                {
                    disputed += shares[group] * ChanceToCross(group, channel);
                }
            }
        }

        return total == 0 ? 0 : disputed / total;
    }

    private double ChanceToCross(int group, int channel)
    {
        var margins = _margins.Select(epoch => epoch[group]![channel]).ToArray();
        var mean = margins.Average();
        var deviation = Math.Sqrt(margins.Sum(x => (x - mean) * (x - mean)) / (margins.Length - 1));
        return deviation == 0 ? 0 : NormalTail(Math.Abs(margins[^1]) / deviation);
    }

    // Φ(-z) for z ≥ 0, to 7.5e-8: Abramowitz and Stegun, 26.2.17.
    private static double NormalTail(double z)
    {
        var t = 1 / (1 + 0.2316419 * z);
        var series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * series;
    }
}
