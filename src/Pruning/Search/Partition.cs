using System.Collections.Immutable;

namespace Ocs.Pruning.Search;

/// <summary>The sub-network of an epoch: which channels the target would keep.</summary>
/// <param name="Subnetwork">The channels that stay.</param>
/// <param name="Removed">The fraction of the resource that is removed.</param>
/// <param name="Note">Why the target is missed by more than 0.05 %, or null.</param>
public sealed record Partition(Subnetwork Subnetwork, double Removed, string? Note)
{
    /// <summary>By group, which limit kept all of its channels; null where none did. Empty where it is not known.</summary>
    public ImmutableArray<string?> WhyWhole { get; init; } = [];

    /// <summary>By group, the saliency of each channel that it was ranked by, costs not counted; empty for groups that may not be cut.</summary>
    public ImmutableArray<double[]> Saliency { get; init; } = [];
}
