using System.Collections.Immutable;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Search;

namespace Ocs.Pruning.Official;

/// <summary>
/// The search of the authors' program, step by step: scores as 32-bit numbers, the best of each group protected with
/// their equals, a probe prunes every score up to a threshold, and if no probe comes within 0.05 % the last one counts,
/// not the best.
/// </summary>
internal static class OfficialPartition
{
    public static Partition Search(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        ImmutableArray<double> costFactors,
        ResourceConstraint constraint,
        double target,
        double maximumPruned)
    {
        var scores = saliency
            .Select((channels, group) =>
                Protect([.. channels.Select(score => (float)score * (float)costFactors[group])], maximumPruned))
            .ToImmutableArray();
        var ranked = scores
            .SelectMany(channels => channels)
            .Where(score => score < float.PositiveInfinity)
            .Order()
            .ToArray();
        var (low, high) = (0, ranked.Length - 1);
        var whyWhole = scores.Select(WhyWhole).ToImmutableArray();
        var last = Subnetwork.Full(groups);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            last = Subnetwork.FromPruned(groups, scores.Select(channels => (IReadOnlyCollection<int>)
                [.. Enumerable.Range(0, channels.Length).Where(channel => channels[channel] <= ranked[middle])]));
            var removed = constraint.Removed(last);
            if (Math.Abs(target - removed) <= ClassRanking.Tolerance)
            {
                return new(last, removed, Note: null) { WhyWhole = whyWhole };
            }

            (low, high) = removed <= target ? (middle + 1, high) : (low, middle - 1);
        }

        return new(
            last,
            constraint.Removed(last),
            $"no probe came within {ClassRanking.Tolerance:P2} of {target:P2}: "
            + $"the last one removes {constraint.Removed(last):P2}.")
        {
            WhyWhole = whyWhole,
        };

        string? WhyWhole(float[] channels) => channels.Length == 0 || !channels.All(float.IsPositiveInfinity) ? null
            : channels.Length == 1 ? "its only channel stays"
            : FormattableString.Invariant($"`{nameof(OneCycleOptions.MaximumPruned)}` {maximumPruned} ")
                + $"protects all of its {channels.Length} channels";
    }

    // The limit as the program writes it, limit (1 - e^-C): for small C one channel less than the plain product.
    private static float[] Protect(float[] scores, double maximumPruned)
    {
        if (scores.Length == 0)
        {
            return scores;
        }

        var prunable = (int)(scores.Length * (maximumPruned * (1 - Math.Exp(-scores.Length))));
        var threshold = scores.OrderDescending().ElementAt(Math.Max(scores.Length - prunable, 1) - 1);
        return [.. scores.Select(score => score >= threshold ? float.PositiveInfinity : score)];
    }
}
