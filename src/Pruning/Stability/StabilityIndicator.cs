using System.Collections.Immutable;

namespace Ocs.Pruning.Stability;

/// <summary>
/// The similarities of the epochs and their average over a window; null if a term does not exist yet.
/// </summary>
/// <remarks>J_avg^t = (1/r) Σ_{k=0}^{r-1} J(M_{t-k-i}, M_{t-k}).</remarks>
[Paper("Eq. 4")]
internal sealed class StabilityIndicator(int distance, int window, SimilarityKind kind, bool startsAtZero)
{
    // No more than Eq. 3 looks back to.
    private readonly List<ImmutableArray<ImmutableArray<int>>> _subnetworks = [];
    private readonly List<double?> _similarities = [];
    private readonly List<double?> _averages = [];

    /// <summary>The last sub-networks, oldest first: as many as are still needed.</summary>
    public IReadOnlyList<ImmutableArray<ImmutableArray<int>>> Subnetworks => _subnetworks;

    /// <summary>J of each epoch so far.</summary>
    public IReadOnlyList<double?> Similarities => _similarities;

    /// <summary>J of the last epoch.</summary>
    public double? Similarity => _similarities.Count == 0 ? null : _similarities[^1];

    /// <summary>J_avg of each epoch so far.</summary>
    public IReadOnlyList<double?> Averages => _averages;

    /// <summary>J_avg of the last epoch.</summary>
    public double? Average => _averages.Count == 0 ? null : _averages[^1];

    /// <summary>Resumes from the history of an indicator with the same options.</summary>
    public void Restore(
        IEnumerable<ImmutableArray<ImmutableArray<int>>> subnetworks,
        IEnumerable<double?> similarities,
        IEnumerable<double?> averages)
    {
        _subnetworks.Clear();
        _similarities.Clear();
        _averages.Clear();
        _subnetworks.AddRange(subnetworks.TakeLast(distance));
        _similarities.AddRange(similarities);
        _averages.AddRange(averages);
    }

    /// <summary>Compares the next epoch's sub-network with this one, which another ranking found.</summary>
    public void Replace(ImmutableArray<ImmutableArray<int>> kept)
    {
        _subnetworks.Clear();
        _subnetworks.Add(kept);
    }

    /// <summary>Takes the sub-network of the next epoch; null before the search begins.</summary>
    public void Observe(ImmutableArray<ImmutableArray<int>>? kept)
    {
        double? similarity = null;
        if (kept is { } current)
        {
            if (_subnetworks.Count == distance)
            {
                similarity = SubnetworkSimilarity.Compute(_subnetworks[0], current, kind);
                _subnetworks.RemoveAt(0);
            }

            _subnetworks.Add(current);
        }

        // The authors' program counts missing similarities as 0, and divides by the number that it has.
        _similarities.Add(similarity ?? (startsAtZero ? 0 : null));
        var recent = _similarities.TakeLast(window).ToList();
        _averages.Add(
            !startsAtZero && recent.Count < window ? null
                : recent.Any(value => value is null) ? null
                : recent.Average());
    }
}
