using System.Collections.Immutable;
using Ocs.Pruning.Coupling;

namespace Ocs.Pruning;

/// <summary>The channels that stay. Groups that may not be cut keep all.</summary>
/// <param name="Kept">The channels of each group that stay, ascending, in the order of the groups.</param>
/// <param name="Channels">How many channels each group has.</param>
public sealed record Subnetwork(ImmutableArray<ImmutableArray<int>> Kept, ImmutableArray<int> Channels)
{
    /// <summary>The sub-network that keeps everything.</summary>
    public static Subnetwork Full(ImmutableArray<Group> groups) =>
        FromPruned(groups, groups.Select(_ => (IReadOnlyCollection<int>)[]));

    /// <summary>The sub-network that is left when these channels of each group leave.</summary>
    /// <param name="groups">All groups, in order.</param>
    /// <param name="pruned">By group, the channels that leave.</param>
    public static Subnetwork FromPruned(
        ImmutableArray<Group> groups, IEnumerable<IReadOnlyCollection<int>> pruned) => new(
        [.. groups.Zip(pruned, (group, gone) => Enumerable.Range(0, group.Channels).Except(gone).ToImmutableArray())],
        [.. groups.Select(group => group.Channels)]);

    /// <summary>
    /// Whether it is a valid sub-network of these groups: the same numbers of channels, and kept channels in ascending
    /// order without repetition.
    /// </summary>
    public bool IsOf(ImmutableArray<Group> groups) =>
        !Kept.IsDefault && !Channels.IsDefault && Kept.Length == groups.Length
        && Channels.SequenceEqual(groups.Select(group => group.Channels))
        && Kept.Zip(Channels, (kept, channels) => !kept.IsDefaultOrEmpty && kept[0] >= 0 && kept[^1] < channels
            && kept.Zip(kept.Skip(1), (first, second) => first < second).All(ascends => ascends)).All(fits => fits);

    /// <summary>Whether the same channels stay as in another sub-network of the same network.</summary>
    internal bool Keeps(Subnetwork other) =>
        Kept.Zip(other.Kept, (mine, others) => mine.SequenceEqual(others)).All(same => same);

    /// <summary>The channels of a group, by its position, that leave.</summary>
    public IEnumerable<int> PrunedOf(int group) =>
        Kept[group].Length == Channels[group] ? [] : Enumerable.Range(0, Channels[group]).Except(Kept[group]);
}
