using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning.Search;

/// <summary>How much of a group may be removed. Every ranking obeys these limits.</summary>
public sealed record PruningLimits
{
    // 100 x 0.29 is 28.999... in floating point.
    private const double Rounding = 1e-9;

    /// <summary>One channel of each group stays.</summary>
    public static PruningLimits None { get; } = new();

    /// <summary>How many channels each group keeps at least; at least 1. A group that has no more keeps all.</summary>
    public int MinimumChannels { get; init; } = 1;

    /// <summary>Largest fraction of a group that may leave, in (0, 1].</summary>
    public double MaximumPruned { get; init; } = 1;

    /// <summary>
    /// Replaces <see cref="MaximumPruned"/> in groups whose channels are made by a matching layer. If several match,
    /// the smallest counts.
    /// </summary>
    public ImmutableArray<PatternLimit> MaximumPrunedOf { get; init; } = [];

    /// <summary>
    /// Groups keep a multiple of this many channels, or all. Numbers are rounded up: a block of channels is removed
    /// when all of them rank below the cut. The search continues until the rounded network meets the target.
    /// </summary>
    public int? RoundTo { get; init; } = 1;

    /// <summary>
    /// How far the removed fraction of the resource may exceed the target. If ranked multiples of channels remove more,
    /// channels that rank below the cut are kept, single ones if necessary. Null sets no limit.
    /// </summary>
    public double? TargetTolerance { get; init; }

    /// <summary>
    /// Divides the default multiples that apply when <see cref="RoundTo"/> is null. It is more than 1 if the target
    /// cannot be reached with them.
    /// </summary>
    internal int Refinement { get; init; } = 1;

    /// <summary>What a user can do if the limits make a target unreachable.</summary>
    internal string Remedy => string.Join(" or ", Remedies());

    /// <summary>How many channels of a group stay at least, before rounding.</summary>
    /// <param name="group">A group that may be cut.</param>
    public int FewestKept(Group group)
    {
        var prunable = (int)(group.Channels * MaximumPrunedOfGroup(group) + Rounding);
        return Math.Min(group.Channels, Math.Max(group.Channels - prunable, MinimumChannels));
    }

    /// <summary>The least multiple that is not below a number of a group's channels, or all that there are.</summary>
    /// <param name="group">The group.</param>
    /// <param name="kept">The number of channels.</param>
    public int Rounded(Group group, int kept)
    {
        var multiple = MultipleOf(group);
        return Math.Min(group.Channels, (kept + multiple - 1) / multiple * multiple);
    }

    /// <summary>
    /// Which limit keeps all channels of a group of which the ranking alone keeps some or all; null if none does.
    /// </summary>
    internal string? WhyWhole(Group group, int ranked)
    {
        var channels = group.Channels;
        if (FewestKept(group) < channels)
        {
            return ranked < channels && Rounded(group, ranked) == channels
                ? $"{channels - ranked} of {channels} channels rank below the cut, "
                    + $"but `{nameof(RoundTo)}` {MultipleOf(group)} keeps them"
                : null;
        }

        return channels == 1 ? "its only channel stays"
            : channels <= MinimumChannels ? $"`{nameof(MinimumChannels)}` {MinimumChannels} keeps all of its {channels}"
            : FormattableString.Invariant(
                $"`{nameof(MaximumPruned)}` {MaximumPrunedOfGroup(group)} of {channels} channels is not one");
    }

    private int MultipleOf(Group group) => RoundTo ?? Math.Max(1, ChannelMultiple.Of(group) / Refinement);

    private double MaximumPrunedOfGroup(Group group) => MaximumPrunedOf
        .Where(limit => group.Members.Any(member =>
            member.Dimension == 0 && NamePattern.Matches(limit.Pattern, member.Parameter)))
        .Select(limit => limit.MaximumPruned)
        .DefaultIfEmpty(MaximumPruned)
        .Min();

    private IEnumerable<string> Remedies()
    {
        yield return $"raise `{nameof(MaximumPruned)}`";
        if (MinimumChannels > 1)
        {
            yield return $"lower `{nameof(MinimumChannels)}`";
        }

        if (RoundTo is null or > 1)
        {
            yield return $"lower `{nameof(RoundTo)}`";
        }
    }
}
