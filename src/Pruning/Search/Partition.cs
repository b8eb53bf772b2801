using System.Collections.Immutable;

namespace Ocs.Pruning.Search;

/// <summary>The sub-network of an epoch: which channels the target would keep.</summary>
/// <param name="Subnetwork">The channels that stay.</param>
/// <param name="Removed">The fraction of the resource that is removed.</param>
/// <param name="Note">Why the target is missed by more than 0.05 %, or null.</param>
public sealed record Partition(Subnetwork Subnetwork, double Removed, string? Note)
{
    // In smaller groups one remaining channel is not unusual.
    private const int Many = 8;

    // How many groups a message names at most.
    private const int Named = 3;

    /// <summary>
    /// By group, the limit that kept all of its channels; null if there was none. Empty if not known.
    /// </summary>
    public ImmutableArray<string?> WhyWhole { get; init; } = [];

    /// <summary>By group, the saliency of each channel, without cost weighting. Empty for frozen groups.</summary>
    public ImmutableArray<double[]> Saliency { get; init; } = [];

    /// <summary>Remarks for the user: why the target is missed, and which groups are almost empty.</summary>
    /// <param name="target">Fraction that was to be removed.</param>
    /// <param name="names">The names of the groups, in the order of the sub-network.</param>
    public IEnumerable<string> Remarks(double target, ImmutableArray<string> names)
    {
        if (Note is not null)
        {
            yield return $"Target {target:P2}: {Note}";
        }

        var emptied = Enumerable.Range(0, names.Length)
            .Where(group => Subnetwork.Kept[group].Length == 1 && Subnetwork.Channels[group] >= Many)
            .Select(group => $"'{names[group]}' keeps 1 of {Subnetwork.Channels[group]} channels")
            .ToList();
        if (emptied.Count > 0)
        {
            var more = emptied.Count > Named ? $", and {emptied.Count - Named} more groups keep a single one" : "";
            yield return $"Hardly anything is left of {emptied.Count} of {names.Length} groups: "
                + $"{string.Join(", ", emptied.Take(Named))}{more}; "
                + "`Ranking.Isomorphic` takes as much from all stages, "
                + $"`{nameof(PruningLimits.MinimumChannels)}` and `{nameof(PruningLimits.MaximumPruned)}` bound what a "
                + "group loses.";
        }
    }
}
