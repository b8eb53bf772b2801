using System.Collections.Immutable;
using Ocs.Pruning.Stability;

namespace Ocs.Pruning.Tests.Stability;

/// <summary>Eq. 3 to 6 by hand.</summary>
public sealed class StabilityTests
{
    [Fact]
    public void Similarity_is_the_mean_over_groups_of_shared_by_all_channels()
    {
        // {0,1,2} and {1,2,3}: 2 of 4; {0} and {0}: 1; {0,1} and {2}: 0.
        Assert.Equal(
            (0.5 + 1 + 0) / 3, SubnetworkSimilarity.Compute(Kept([0, 1, 2], [0], [0, 1]), Kept([1, 2, 3], [0], [2])),
            1e-12);
    }

    [Fact]
    public void Similarity_of_disjoint_subnetworks_is_zero_of_equal_ones_one()
    {
        Assert.Equal(0, SubnetworkSimilarity.Compute(Kept([0, 1], [0]), Kept([2, 3], [1])));
        Assert.Equal(1, SubnetworkSimilarity.Compute(Kept([0, 1], [4]), Kept([0, 1], [4])));
    }

    [Fact]
    public void By_count_only_numbers_are_compared()
    {
        // 3 against 3 and 1 against 2, whoever they are.
        Assert.Equal(
            (1 + 0.5) / 2,
            SubnetworkSimilarity.Compute(Kept([0, 1, 2], [0]), Kept([3, 4, 5], [1, 2]), SimilarityKind.Count),
            1e-12);
    }

    [Fact]
    public void The_average_exists_once_the_window_is_full()
    {
        var indicator = new StabilityIndicator(distance: 1, window: 2, SimilarityKind.Identity, startsAtZero: false);
        // J: none, 1/2, 1/2, 1.
        Assert.Equal([null, null, 0.5, 0.75], Averages(indicator, Kept([0]), Kept([0, 1]), Kept([0]), Kept([0])));
        Assert.Equal(1, indicator.Similarity);
    }

    [Fact]
    public void A_distance_compares_with_that_many_epochs_before()
    {
        var indicator = new StabilityIndicator(distance: 2, window: 1, SimilarityKind.Identity, startsAtZero: false);
        Assert.Equal([null, null, 1.0, 0.5], Averages(indicator, Kept([0]), Kept([1, 2]), Kept([0]), Kept([1])));
    }

    [Fact]
    public void The_program_averages_zeros_at_the_start_over_what_it_has()
    {
        var indicator = new StabilityIndicator(distance: 2, window: 3, SimilarityKind.Identity, startsAtZero: true);
        Assert.Equal(
            [0.0, 0, 1.0 / 3, 2.0 / 3, 1.0],
            Averages(indicator, [.. Enumerable.Repeat(Kept([0]), 5)]),
            (a, b) => Math.Abs(a!.Value - b!.Value) < 1e-12);
    }

    [Fact]
    public void Before_the_search_begins_there_is_no_similarity()
    {
        var indicator = new StabilityIndicator(distance: 1, window: 1, SimilarityKind.Identity, startsAtZero: false);
        indicator.Observe(null);
        Assert.Null(indicator.Similarity);
        indicator.Observe(Kept([0]));
        Assert.Null(indicator.Average);
        indicator.Observe(Kept([0]));
        Assert.Equal(1, indicator.Average);
    }

    [Fact]
    public void Sparsity_learning_starts_when_the_average_has_stopped_rising_over_the_window()
    {
        List<double?> averages = [null, 0.5, 0.6, 0.7, 0.8];
        Assert.False(SparsityLearningStart.IsReached(averages, window: 3, tau: 0.1));
        Assert.True(SparsityLearningStart.IsReached(averages, window: 3, tau: 0.31));
        averages.AddRange([0.65, 0.7]);
        Assert.True(SparsityLearningStart.IsReached(averages, window: 3, tau: 0));
        Assert.False(SparsityLearningStart.IsReached([null, null, null, 0.9], window: 3, tau: 1));
        Assert.False(SparsityLearningStart.IsReached([0.9, 0.9, 0.9], window: 3, tau: 1));
    }

    [Fact]
    public void Stable_is_an_average_within_epsilon_of_one()
    {
        Assert.True(StableEpoch.IsReached(0.9995, 1e-3));
        Assert.True(StableEpoch.IsReached(0.75, 0.25));
        Assert.False(StableEpoch.IsReached(0.9985, 1e-3));
        Assert.False(StableEpoch.IsReached(null, 0.5));
    }

    private static double?[] Averages(StabilityIndicator indicator, params ImmutableArray<ImmutableArray<int>>[] epochs)
    {
        foreach (var kept in epochs)
        {
            indicator.Observe(kept);
        }

        return [.. indicator.Averages];
    }

    private static ImmutableArray<ImmutableArray<int>> Kept(params int[][] groups) =>
        [.. groups.Select(group => group.ToImmutableArray())];
}
