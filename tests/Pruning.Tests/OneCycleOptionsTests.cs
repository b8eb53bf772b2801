using Ocs.Pruning.Saliency;

namespace Ocs.Pruning.Tests;

public sealed class OneCycleOptionsTests
{
    [Fact]
    public void Presets_are_valid_and_carry_the_papers_numbers()
    {
        OneCycleOptions.Official.Validate();
        var paper = OneCycleOptions.Paper;
        paper.Validate();
        Assert.Equal((30, 1e-3, 1e-4, 1e-4, 1, 3, 1), (
            paper.SparsityStartEpoch?.Epoch, paper.StableThreshold, paper.InitialStrength, paper.StrengthIncrement,
            paper.StrengthIntervalEpochs,
            paper.StabilityWindow, paper.StabilityDistance));
        Assert.Equal(
            (SaliencyKind.Norm, StrengthGrowth.Printed, true, true),
            (paper.Saliency, paper.Growth, paper.Penalty, paper.Shrinkage));
    }

    [Fact]
    public void The_official_preset_departs_where_the_program_does()
    {
        var official = OneCycleOptions.Official;
        Assert.Equal(
            (SaliencyKind.SquaredNorm, true, 0.75, 2),
            (official.Saliency, official.CostWeighting, official.MaximumPruned, official.StabilityDistance));
        Assert.Equal(
            (StrengthGrowth.Linear, false, true, PhaseTiming.Official, OptimizerAtCut.Restart),
            (official.Growth, official.Penalty, official.Shrinkage, official.Timing, official.OptimizerAtCut));
    }

    [Fact]
    public void All_problems_are_told_together()
    {
        var options = new OneCycleOptions
        {
            Target = 1,
            MaximumPruned = 0,
            MinimumChannels = 0,
            RoundTo = 0,
            MonitorStartEpoch = -1,
            StabilityDistance = 0,
            StabilityWindow = 0,
            SparsityStartEpoch = -2,
            StableThreshold = 1,
            LatestCutEpoch = -3,
            InitialStrength = -1,
            StrengthIncrement = -1,
            StrengthIntervalEpochs = 0,
        };
        var message = Assert.Throws<OcsInputException>(options.Validate).Message;
        Assert.StartsWith(
            "Pruning options: `Target` must lie between 0 and 1, both excluded, but is 1; ", message,
            StringComparison.Ordinal);
        Assert.All(
            [
                "Target", "MaximumPruned", "MinimumChannels", "RoundTo", "MonitorStartEpoch", "StabilityDistance",
                "StabilityWindow", "SparsityStartEpoch", "StableThreshold", "LatestCutEpoch", "InitialStrength",
                "StrengthIncrement", "StrengthIntervalEpochs",
            ],
            (string name) => Assert.Contains($"`{name}` must", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Phases_must_follow_each_other()
    {
        Assert.Equal(
            "Pruning options: `LatestCutEpoch` 20 must not come before `SparsityStartEpoch` 30.",
            ErrorOf(OneCycleOptions.Paper with { LatestCutEpoch = 20 }));
        Assert.Equal(
            "Pruning options: `SparsityStartEpoch` 30 must not come before `MonitorStartEpoch` 31.",
            ErrorOf(OneCycleOptions.Paper with { MonitorStartEpoch = 31 }));
        Assert.Equal(
            "Pruning options: `LatestCutEpoch` 4 must not come before `MonitorStartEpoch` 5.",
            ErrorOf(new() { SparsityStartEpoch = SparsityStart.Auto, MonitorStartEpoch = 5, LatestCutEpoch = 4 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(-0.5)]
    public void A_target_outside_its_range_is_an_error(double target)
    {
        Assert.Equal(
            $"Pruning options: `Target` must lie between 0 and 1, both excluded, but is {target}.",
            ErrorOf(new() { Target = target }));
    }

    [Fact]
    public void A_limit_of_layers_without_a_fraction_is_an_error() => Assert.Equal(
        "Pruning options: `MaximumPrunedOf` takes a pattern and a fraction in (0, 1], such as "
            + "layer1.*=0.5, but has 'layer1'.",
        ErrorOf(new() { MaximumPrunedOf = ["layer1", "layer2=0.3"] }));

    [Fact]
    public void The_programs_search_knows_only_its_own_limit()
    {
        const string Problem = "Pruning options: `PartitionRule.Official` knows no ranking but global and no limit but "
            + "`MaximumPruned`; choose `PartitionRule.Paper` for others.";
        Assert.Equal(Problem, ErrorOf(OneCycleOptions.Official with { Ranking = Ranking.PerGroup }));
        Assert.Equal(Problem, ErrorOf(OneCycleOptions.Official with { RoundTo = 8 }));
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(5, 1, 3)]
    [InlineData(20, 4, 10)]
    [InlineData(300, 60, 150)]
    public void Auto_shrinks_for_a_fifth_and_cuts_at_half_at_the_latest(int epochs, int shrinkage, int latest)
    {
        var auto = OneCycleOptions.Auto.For(epochs);
        auto.ValidateFor(epochs);
        Assert.Equal(
            (Math.Max(1, shrinkage), latest, SparsityStart.Auto),
            (auto.ShrinkageEpochs, auto.LatestCutEpoch, auto.SparsityStartEpoch));
    }

    [Fact]
    public void A_deadline_needs_epochs_and_the_papers_timing()
    {
        Assert.Equal(
            "Pruning options: `ShrinkageEpochs` must be at least 1, but is 0.",
            ErrorOf(OneCycleOptions.Auto with { ShrinkageEpochs = 0 }));
        Assert.Equal(
            "Pruning options: `ShrinkageKind.Deadline` cuts before an epoch; choose `PhaseTiming.Paper`.",
            ErrorOf(OneCycleOptions.Auto with { Timing = PhaseTiming.Official }));
        Assert.Equal(
            "Pruning options: `TargetTolerance` must lie between 0 and 1, both excluded, or be null, but is 1.",
            ErrorOf(OneCycleOptions.Auto with { TargetTolerance = 1 }));
    }

    private static string ErrorOf(OneCycleOptions options) =>
        Assert.Throws<OcsInputException>(options.Validate).Message;
}
