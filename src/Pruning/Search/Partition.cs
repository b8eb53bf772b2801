using System.Collections.Immutable;

namespace Ocs.Pruning.Search;

/// <summary>The sub-network of an epoch: which channels the target would keep.</summary>
/// <param name="Subnetwork">The channels that stay.</param>
/// <param name="Removed">The fraction of the resource that is removed.</param>
/// <param name="Note">Why the target is missed by more than 0.05 %, or null.</param>
public sealed record Partition(Subnetwork Subnetwork, double Removed, string? Note)
{
    // Of fewer channels one is not little, and a network may have some such groups by intention.
    private const int Many = 8, Share = 4;

    /// <summary>By group, which limit kept all of its channels; null where none did. Empty where it is not known.</summary>
    public ImmutableArray<string?> WhyWhole { get; init; } = [];

    /// <summary>By group, the saliency of each channel that it was ranked by, costs not counted; empty for groups that may not be cut.</summary>
    public ImmutableArray<double[]> Saliency { get; init; } = [];

    /// <summary>What a person is told of it: why the target is missed, and where hardly anything is left of many groups.</summary>
    /// <param name="target">Fraction that was to be removed.</param>
    public IEnumerable<string> Remarks(double target)
    {
        if (Note is not null)
        {
            yield return $"Target {target:P2}: {Note}";
        }

        var single = Subnetwork.Kept.Zip(Subnetwork.Channels).Count(group => group.First.Length == 1 && group.Second >= Many);
        if (single * Share >= Subnetwork.Kept.Length)
        {
            yield return $"{single} of {Subnetwork.Kept.Length} groups keep a single channel: ranking isomorphic takes as much from all stages, "
                + "maximum-pruned and minimum-channels bound what a group loses.";
        }
    }
}
