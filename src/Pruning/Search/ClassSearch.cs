using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>
/// Searches over classes of groups. The channels of a class are ranked together, and every class loses the same
/// fraction of its channels. One class for all groups is the global ranking, one class for each group the uniform one.
/// The binary search counts the resource of sub-networks and builds none.
/// </summary>
internal sealed class ClassSearch
{
    // Products and quotients of fractions such as 0.1 and 0.29 miss whole numbers by a rounding.
    private const double Rounding = 1e-9;

    // If the target is exceeded by more than this, the last channel is a lump, and smaller channels that rank below it
    // may be enough.
    private const double Lump = 0.02;

    private readonly ImmutableArray<Group> _groups;
    private readonly PruningLimits _limits;
    private readonly ImmutableArray<ImmutableArray<int>> _order;
    private readonly ImmutableArray<RankedClass> _classes;
    private readonly double[] _fractions;

    public ClassSearch(
        ImmutableArray<Group> groups,
        ImmutableArray<double[]> saliency,
        Func<Group, string> classOf,
        PruningLimits limits)
    {
        _groups = groups;
        _limits = limits;
        _order = [.. saliency.Select(scores => Ascending(scores))];
        _classes =
        [
            .. Enumerable.Range(0, groups.Length)
                .Where(group => saliency[group].Length > 0)
                .GroupBy(group => classOf(groups[group]), StringComparer.Ordinal)
                .Select(members => new RankedClass(
                    members.Sum(group => groups[group].Channels), Rank(members, saliency))),
        ];
        _fractions = [0, .. _classes.SelectMany(ranked => ranked.Fractions).Distinct().Order()];
    }

    /// <summary>
    /// The smallest fraction that reaches a target. If the last channel removes much more than needed, channels that
    /// rank below it are kept, as long as the target is still met.
    /// </summary>
    /// <param name="constraint">Psi.</param>
    /// <param name="target">Fraction of Psi to remove.</param>
    /// <param name="whyNoLess">The note's explanation if more than the target and the tolerance is removed.</param>
    /// <exception cref="OcsInputException">
    /// The target cannot be reached even if every removable channel is removed.
    /// </exception>
    public Partition Search(ResourceConstraint constraint, double target, string whyNoLess)
    {
        var (low, high) = (0, _fractions.Length - 1);
        if (!Reaches(RankedAt(_fractions[high])))
        {
            throw new OcsInputException(
                $"The target {target:P2} can't be reached: without every channel that may leave, "
                + $"{Removed(RankedAt(_fractions[high])):P2} of the {constraint.Name} is removed; "
                + $"lower the target or {_limits.Remedy}.");
        }

        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Reaches(RankedAt(_fractions[middle])) ? (low, middle) : (middle + 1, high);
        }

        var ranked = RankedAt(_fractions[low]);
        var tolerance = _limits.TargetTolerance ?? Lump;
        var kept = Rounded(
            Removed(ranked) - target > tolerance ? WithoutLumps(ranked, _fractions[low], Reaches) : ranked);
        if (_limits.TargetTolerance is not null)
        {
            Fill(kept, _fractions[low], constraint, target, tolerance);
        }

        var pruned = _order.Select((order, group) => order[..Math.Max(0, order.Length - kept[group])].ToArray());
        var subnetwork = Subnetwork.FromPruned(_groups, pruned);
        var removed = constraint.Removed(subnetwork);
        var multiples = _limits.RoundTo is { } multiple ? $"{multiple}" : $"up to {ChannelMultiple.Block}";
        whyNoLess = _limits.RoundTo == 1
            ? whyNoLess
            : $"groups keep multiples of {multiples}, and one multiple more would miss the target";
        var less = low == 0 ? 0 : Removed(RankedAt(_fractions[low - 1]));
        return new(subnetwork, removed, removed - target <= (_limits.TargetTolerance ?? ClassRanking.Tolerance)
            ? null
            : $"the nearest that ranked channels reach is {removed:P2} of the {constraint.Name}, "
                + $"or {less:P2}: {whyNoLess}.")
        {
            WhyWhole =
            [
                .. _groups.Select(
                    (group, index) => group.IsPrunable ? WhyWhole(group, ranked[index], kept[index]) : null),
            ],
        };

        bool Reaches(int[] counts) => Removed(counts) >= target - Rounding;

        double Removed(int[] counts) => 1 - (double)constraint.Count(Rounded(counts)) / constraint.Total;
    }

    // From the highest rank down, keeps each channel without which the target is still met. If a channel must be
    // removed, all lower ones of its group are removed too.
    private int[] WithoutLumps(int[] ranked, double fraction, Func<int[], bool> reaches)
    {
        int[] kept = [.. ranked];
        var mustLeave = new HashSet<int>();
        foreach (var group in Leaving(fraction).Where(group => !mustLeave.Contains(group)))
        {
            kept[group]++;
            if (!reaches(kept))
            {
                kept[group]--;
                mustLeave.Add(group);
            }
        }

        return kept;
    }

    // If multiples of channels still remove too much, keeps some channels beyond the multiples. They are those of a
    // single group if that is enough, so that few widths are odd.
    private void Fill(int[] kept, double fraction, ResourceConstraint constraint, double target, double tolerance)
    {
        foreach (var group in Leaving(fraction).Distinct())
        {
            while (Removed() - target > tolerance && kept[group] < _groups[group].Channels)
            {
                kept[group]++;
                if (Removed() < target - Rounding)
                {
                    kept[group]--;
                    break;
                }
            }
        }

        double Removed() => 1 - (double)constraint.Count(kept) / constraint.Total;
    }

    // The group of each channel that leaves at a fraction, highest rank first.
    private IEnumerable<int> Leaving(double fraction) => _classes
        .SelectMany(members => members.Leaving(fraction).ToArray().Select(
            (group, rank) => (Group: group, Place: (double)rank / members.Channels)))
        .OrderByDescending(channel => channel.Place)
        .Select(channel => channel.Group);

    private string? WhyWhole(Group group, int ranked, int kept) =>
        kept == group.Channels && _limits.Rounded(group, ranked) < group.Channels
            ? $"{group.Channels - ranked} of {group.Channels} channels rank below the cut, "
                + "but the target is met without them"
            : _limits.WhyWhole(group, ranked);

    private int[] RankedAt(double fraction)
    {
        var kept = _groups.Select(group => group.Channels).ToArray();
        foreach (var ranked in _classes)
        {
            foreach (var group in ranked.Leaving(fraction))
            {
                kept[group]--;
            }
        }

        return kept;
    }

    private int[] Rounded(int[] kept) =>
        [.. _groups.Zip(kept, (group, count) => _limits.Rounded(group, count))];

    // Equals in the order of channels.
    private static ImmutableArray<int> Ascending(double[] scores) =>
        [.. Enumerable.Range(0, scores.Length).OrderBy(channel => scores[channel])];

    // The group of every channel that may leave, lowest saliency first; equals in the order of groups and channels.
    private ImmutableArray<int> Rank(IEnumerable<int> members, ImmutableArray<double[]> saliency) =>
    [
        .. members
            .SelectMany(group => _order[group]
                .Take(_groups[group].Channels - _limits.FewestKept(_groups[group]))
                .Select(channel => (Score: saliency[group][channel], Group: group, Channel: channel)))
            .OrderBy(candidate => candidate.Score)
            .ThenBy(candidate => candidate.Group)
            .ThenBy(candidate => candidate.Channel)
            .Select(candidate => candidate.Group),
    ];

    /// <summary>
    /// How many channels the groups of a class have, and the group of each channel that may leave, by rank.
    /// </summary>
    private readonly record struct RankedClass(int Channels, ImmutableArray<int> Ranked)
    {
        /// <summary>The groups whose channels leave at a fraction, one for each channel, lowest rank first.</summary>
        public ReadOnlySpan<int> Leaving(double fraction) =>
            Ranked.AsSpan()[..Math.Min(Ranked.Length, (int)(Channels * fraction + Rounding))];

        /// <summary>The fractions at which one channel more leaves.</summary>
        public IEnumerable<double> Fractions
        {
            get
            {
                var channels = Channels;
                return Enumerable.Range(1, Ranked.Length).Select(count => (double)count / channels);
            }
        }
    }
}
