using Ocs.Pruning;
using Ocs.Training.Runs;

namespace Ocs.Training.Tests.Runs;

/// <summary>When each of several budgets is shrunk and cut.</summary>
public sealed class BudgetPlanTests
{
    [Theory]
    // Half of the epochs, then a part of a fifth of them for each later budget, by hand.
    [InlineData(20, new[] { 0.3, 0.5, 0.7 }, "6-10 10-11 11-12")]
    [InlineData(10, new[] { 0.3, 0.5, 0.7 }, "3-5 5-6 6-7")]
    [InlineData(100, new[] { 0.3, 0.5, 0.7 }, "30-50 50-55 55-60")]
    [InlineData(100, new[] { 0.5, 0.7 }, "30-50 50-56")]
    [InlineData(4, new[] { 0.2, 0.4, 0.6 }, "0-1 1-2 2-3")]
    public void Every_budget_has_its_epochs_one_after_the_other(int epochs, double[] targets, string expected)
    {
        var plans = BudgetPlan.Of(OneCycleOptions.Auto, new() { Targets = [.. targets] }, epochs);

        Assert.Equal(expected, string.Join(' ', plans.Select(
            plan => $"{plan.Options.SparsityStartEpoch!.Value.Epoch}-{plan.Options.LatestCutEpoch}")));
        Assert.Equal(targets, plans.Select(plan => plan.Options.Target));
        Assert.All(plans, plan => Assert.Equal(
            plan.Options.LatestCutEpoch - plan.Options.SparsityStartEpoch!.Value.Epoch, plan.Options.ShrinkageEpochs));
    }

    [Fact]
    public void Three_budgets_cost_less_than_three_fifths_of_three_runs()
    {
        const int Epochs = 20;
        double[] left = [0.7, 0.5, 0.3];
        var plans = BudgetPlan.Of(OneCycleOptions.Auto, new() { Targets = [0.3, 0.5, 0.7] }, Epochs);
        int[] cuts = [.. plans.Select(plan => plan.Options.LatestCutEpoch!.Value)];

        // Epochs times the part of the MACs: the shared ones once, then each network from its cut on.
        var shared = cuts[0] + (cuts[1] - cuts[0]) * left[0] + (cuts[2] - cuts[1]) * left[1];
        var together = shared + cuts.Select((cut, index) => (Epochs - cut) * left[index]).Sum();
        var latest = OneCycleOptions.Auto.For(Epochs).LatestCutEpoch!.Value;
        var apart = left.Sum(part => latest + (Epochs - latest) * part);

        Assert.Equal(25.1, together, 9);
        Assert.Equal(45, apart, 9);
        Assert.True(together < 0.6 * apart);
    }

    [Fact]
    public void One_budget_is_an_ordinary_run_of_any_preset()
    {
        foreach (var preset in new[] { OneCycleOptions.Auto, OneCycleOptions.Paper, OneCycleOptions.Official })
        {
            var pruning = preset.ForAnyEpochs();
            var plan = Assert.Single(BudgetPlan.Of(pruning, new() { Targets = [0.4] }, epochs: 20));
            Assert.Equal((pruning with { Target = 0.4 }).For(20), plan.Options);
        }
    }

    [Fact]
    public void Targets_are_sorted_and_epochs_that_are_given_are_kept()
    {
        var given = OneCycleOptions.Auto with { SparsityStartEpoch = 2, LatestCutEpoch = 5, ShrinkageEpochs = 9 };
        var plans = BudgetPlan.Of(given, new() { Targets = [0.7, 0.3, 0.5] }, epochs: 20);

        Assert.Equal(["0.3", "0.5", "0.7"], plans.Select(plan => plan.Name));
        Assert.Equal(
            [(2, 5), (5, 7), (7, 9)],
            plans.Select(plan => plan.Options)
                .Select(options => (options.SparsityStartEpoch!.Value.Epoch!.Value, options.LatestCutEpoch!.Value)));
    }

    [Fact]
    public void What_cannot_be_is_told_in_a_sentence()
    {
        Refused([], "`Targets` is empty; give the fractions to remove, such as 0.3 and 0.5.");
        Refused([0.3, 0], "`Targets` must lie between 0 and 1, both excluded, but one is 0.");
        Refused([1], "`Targets` must lie between 0 and 1, both excluded, but one is 1.");
        Refused([0.3, double.NaN], "`Targets` must lie between 0 and 1, both excluded, but one is NaN.");
        Refused([0.3, 0.5, 0.3], "`Targets` has 0.3 twice; leave one out.");
        Refused(
            [0.2, 0.3, 0.4, 0.5],
            "4 `Targets` are cut before epochs 1 to 4, but a run of 4 epochs can be cut before epochs 1 to 3; "
            + "give fewer targets, more epochs.",
            epochs: 4);
        Refused(
            [0.2, 0.3],
            "2 `Targets` are cut before epochs 9 to 10, but a run of 10 epochs can be cut before epochs 1 to 9; "
            + "give fewer targets, more epochs, or another `LatestCutEpoch`.",
            OneCycleOptions.Auto with { LatestCutEpoch = 9 });
        Refused(
            [0.2, 0.3],
            "The first of several `Targets` is cut before epoch 5, but `SparsityStartEpoch` is 5; lower it, "
            + "or leave it out.",
            OneCycleOptions.Auto with { SparsityStartEpoch = 5 });
        Refused(
            [0.2, 0.3],
            "Several `Targets` need cuts at given epochs: `ShrinkageKind.Deadline` with `Shrinkage = true` and "
            + "`CutAtEnd = false`; take `OneCycleOptions.Auto`, or a run for each target.",
            OneCycleOptions.Paper.ForAnyEpochs());
        var error = Assert.Throws<OcsInputException>(() => BudgetPlan.Of(
            OneCycleOptions.Auto, new() { Targets = [0.3], AllowedLoss = 1.5 }, 10));
        Assert.Equal("`AllowedLoss` must lie in [0, 1], but is 1.5.", error.Message);
    }

    private static void Refused(double[] targets, string sentence, OneCycleOptions? pruning = null, int epochs = 10) =>
        Assert.Equal(
            sentence,
            Assert.Throws<OcsInputException>(() => BudgetPlan.Of(
                pruning ?? OneCycleOptions.Auto, new() { Targets = [.. targets] }, epochs)).Message);
}
