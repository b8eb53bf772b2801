using Ocs.Training.Schedules;

namespace Ocs.Training.Tests.Schedules;

public sealed class LearningRateScheduleTests
{
    private const int StepsPerEpoch = 10;

    private static readonly TrainingOptions Options =
        new() { Epochs = 4, LearningRate = 0.1, Gamma = 0.2, MilestoneEpochs = [1, 3], StepEpochs = 2 };

    [Theory]
    [InlineData(ScheduleKind.Constant, 0, 0.1)]
    [InlineData(ScheduleKind.Constant, 39, 0.1)]
    [InlineData(ScheduleKind.MultiStep, 9, 0.1)]
    [InlineData(ScheduleKind.MultiStep, 10, 0.02)]
    [InlineData(ScheduleKind.MultiStep, 29, 0.02)]
    [InlineData(ScheduleKind.MultiStep, 30, 0.004)]
    [InlineData(ScheduleKind.Step, 19, 0.1)]
    [InlineData(ScheduleKind.Step, 20, 0.02)]
    [InlineData(ScheduleKind.Linear, 0, 0.1)]
    [InlineData(ScheduleKind.Linear, 10, 0.075)]
    [InlineData(ScheduleKind.Linear, 39, 0.0025)]
    [InlineData(ScheduleKind.Cosine, 0, 0.1)]
    [InlineData(ScheduleKind.Cosine, 20, 0.05)]
    [InlineData(ScheduleKind.Cosine, 40, 0)]
    public void The_rate_of_an_iteration(ScheduleKind kind, int iteration, double rate) =>
        Assert.Equal(rate, LearningRateSchedule.At(Options with { Schedule = kind }, iteration, StepsPerEpoch), 1e-12);

    [Fact]
    public void The_authors_milestones_are_iterations()
    {
        // 300 epochs of 390 steps: 35100, 70200, 93600, 105300 at 0.3, 0.6, 0.8 and 0.9 of the run.
        var options = TrainingOptions.Paper;
        foreach (var (iteration, factor) in new[] { (35_100, 0.2), (70_200, 0.04), (93_600, 0.008), (105_300, 0.0016) })
        {
            Assert.Equal(0.1 * factor, LearningRateSchedule.At(options, iteration, 390), 1e-12);
            Assert.Equal(0.1 * factor * 5, LearningRateSchedule.At(options, iteration - 1, 390), 1e-12);
        }
    }

    [Theory]
    [InlineData(ScheduleKind.MultiStep, 30, 0.015)]
    [InlineData(ScheduleKind.Step, 20, 0.02)]
    [InlineData(ScheduleKind.Linear, 40, 0.015)]
    [InlineData(ScheduleKind.Cosine, 20, (0.1 + 0.015) / 2)]
    [InlineData(ScheduleKind.Cosine, 40, 0.015)]
    [InlineData(ScheduleKind.Constant, 39, 0.1)]
    public void No_schedule_falls_below_the_lowest_rate(ScheduleKind kind, int iteration, double rate) => Assert.Equal(
        rate,
        LearningRateSchedule.At(
            Options with { Schedule = kind, MinimumLearningRate = 0.015 }, iteration, StepsPerEpoch),
        1e-12);

    [Fact]
    public void A_warm_up_has_steps_or_epochs_and_the_lowest_rate_is_not_above_the_highest()
    {
        var options = Options with { WarmupSteps = 5 };
        options.Validate();
        Assert.Equal(0.04, LearningRateSchedule.At(options, 1, StepsPerEpoch), 1e-12);
        Assert.Equal(
            "Training options: `WarmupSteps` and `WarmupEpochs` are two lengths of one warm-up; leave one of them out; "
            + "`MinimumLearningRate` must lie in [0, LearningRate], but is 0.2.",
            Assert.Throws<OcsInputException>(
                () => (options with { WarmupEpochs = 1, MinimumLearningRate = 0.2 }).Validate()).Message);
        Assert.Equal(
            "Training options: `WarmupSteps` must not be negative, but is -1.",
            Assert.Throws<OcsInputException>(() => (Options with { WarmupSteps = -1 }).Validate()).Message);
    }

    [Fact]
    public void Warm_up_rises_to_the_full_rate_and_the_schedule_takes_the_rest()
    {
        var options = Options with { Schedule = ScheduleKind.Cosine, WarmupEpochs = 2 };
        Assert.Equal(0.005, LearningRateSchedule.At(options, 0, StepsPerEpoch), 1e-12);
        Assert.Equal(0.1, LearningRateSchedule.At(options, 19, StepsPerEpoch), 1e-12);
        Assert.Equal(0.1, LearningRateSchedule.At(options, 20, StepsPerEpoch), 1e-12);
        Assert.Equal(0.05, LearningRateSchedule.At(options, 30, StepsPerEpoch), 1e-12);
    }
}
