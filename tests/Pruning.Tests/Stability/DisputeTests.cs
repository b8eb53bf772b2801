using System.Collections.Immutable;
using Ocs.Pruning.Search;
using Ocs.Pruning.Stability;

namespace Ocs.Pruning.Tests.Stability;

/// <summary>The share of the resource in dispute, by hand. Values of Φ are from a table.</summary>
public sealed class DisputeTests
{
    // A group of two channels, and one of three whose channels cost twice as much.
    private static readonly ImmutableArray<double> Shares = [1, 2];
    private static readonly ImmutableArray<int> Channels = [2, 3];

    [Fact]
    public void It_is_the_share_of_channels_by_their_chance_to_cross_the_threshold()
    {
        var dispute = new Dispute(Shares, Channels, window: 2);
        Assert.Null(dispute.Value);
        dispute.Observe(Of([1, Math.E], [1, 1, Math.E * Math.E], [1], [2]));
        Assert.Null(dispute.Value);

        // In logarithms: the first group's threshold stays at 1/2, and its channels stay 1/2 away: no deviation. The
        // second group's threshold goes from 1 to 3/2, so all three channels go from 1 to 3/2 away, with a deviation of
        // (1/2)/√2: 1.5 / 0.35355 = 4.2426 deviations.
        dispute.Observe(Of([1, Math.E], [1, 1, Math.Exp(3)], [1], [2]));
        Assert.Equal(3 * 2 * 1.10452e-5 / 8, dispute.Value!.Value, 1e-7);
    }

    [Fact]
    public void A_score_that_varies_by_its_distance_counts_by_the_normal_distribution()
    {
        var dispute = new Dispute([1], [2], window: 3);

        // Logarithms of the two scores over the threshold: -x and x with x = 1, 2, 3: mean 2, deviation 1, now at 3.
        foreach (var x in (double[])[1, 2, 3])
        {
            dispute.Observe(Of([Math.Exp(-x), Math.Exp(x)], kept: [1]));
        }

        Assert.Equal(0.0013499, dispute.Value!.Value, 1e-6);
    }

    [Fact]
    public void What_keeps_all_or_may_not_be_cut_is_not_in_dispute()
    {
        var dispute = new Dispute([0, 1], [2, 2], window: 2);
        for (var epoch = 0; epoch < 2; epoch++)
        {
            dispute.Observe(Of([], [1 + epoch, 5], [0, 1], [0, 1]));
        }

        Assert.Equal(0, dispute.Value);
    }

    [Fact]
    public void Slices_that_are_zero_are_far_from_the_threshold()
    {
        var dispute = new Dispute([1], [3], window: 2);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            dispute.Observe(Of([0, 1 + 0.1 * epoch, 2], kept: [1, 2]));
        }

        Assert.InRange(dispute.Value!.Value, 0, 1e-12);
    }

    [Fact]
    public void While_it_falls_it_has_not_stopped_and_a_level_one_has()
    {
        Assert.False(Stops([0.20, 0.14, 0.10, 0.07, 0.05]));
        Assert.True(Stops([0.20, 0.10, 0.101, 0.099, 0.1]));
        Assert.True(Stops([0.20, 0.10, 0.1, 0.11]));
        Assert.False(Stops([0.20, 0.10]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_drop_of_the_learning_rate_makes_it_fall_and_does_not_look_like_stability(ulong seed)
    {
        // Scores settle slowly, by a fifth of their noise an epoch. At epoch 6 the noise drops to a fifth, as where the
        // learning rate does: sub-networks then hardly change, though nothing was decided.
        const int Many = 200;
        var dice = new Rng(seed);
        double[] settled = [.. Enumerable.Range(0, Many).Select(_ => dice.NextDouble() - 0.5)];
        var dispute = new Dispute([1], [Many], window: 3);
        var stopped = new List<bool>();
        for (var epoch = 0; epoch < 10; epoch++)
        {
            var noise = 0.6 * Math.Pow(0.8, epoch) * (epoch < 6 ? 1 : 0.2);
            double[] scores = [.. settled.Select(score => Math.Exp(score + noise * (2 * dice.NextDouble() - 1)))];
            var ascending = Enumerable.Range(0, Many).OrderBy(channel => scores[channel]);
            dispute.Observe(Of(scores, [.. ascending.Skip(Many / 2).Order()]));
            stopped.Add(dispute.HasStoppedFalling);
        }

        Assert.DoesNotContain(true, stopped[6..9]);
        Assert.True(dispute.Values[8] < dispute.Values[5] / 2);
    }

    [Fact]
    public void It_goes_on_from_its_history()
    {
        var whole = new Dispute([1], [2], window: 2);
        var first = new Dispute([1], [2], window: 2);
        double[][] scores = [[1, 3], [1.2, 2.5], [1.3, 2.4], [1.1, 2.6]];
        foreach (var epoch in scores[..3])
        {
            whole.Observe(Of(epoch, kept: [1]));
            first.Observe(Of(epoch, kept: [1]));
        }

        var second = new Dispute([1], [2], window: 2);
        second.Restore(first.Margins, first.Values);
        whole.Observe(Of(scores[3], kept: [1]));
        second.Observe(Of(scores[3], kept: [1]));
        Assert.Equal(whole.Values, second.Values);
        Assert.Equal(whole.HasStoppedFalling, second.HasStoppedFalling);
    }

    private static bool Stops(double[] values)
    {
        var dispute = new Dispute([1], [2], window: 3);
        dispute.Restore([], values.Select(value => (double?)value));
        return dispute.HasStoppedFalling;
    }

    private static Partition Of(double[] scores, ImmutableArray<int> kept) =>
        new(new([kept], [scores.Length]), 0, null) { Saliency = [scores] };

    private static Partition Of(
        double[] first, double[] second, ImmutableArray<int> kept, ImmutableArray<int> others) =>
        new(new([kept, others], Channels), 0, null) { Saliency = [first, second] };
}
