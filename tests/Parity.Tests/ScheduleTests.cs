using System.Text.Json;
using Ocs.Training;
using Ocs.Training.Schedules;

namespace Ocs.Parity.Tests;

/// <summary>
/// Learning rates of every iteration against torch.optim.lr_scheduler, which computes some by recursion: 1e-8.
/// </summary>
public sealed class ScheduleTests
{
    [Theory]
    [InlineData("multi-step", ScheduleKind.MultiStep, false)]
    [InlineData("step", ScheduleKind.Step, false)]
    [InlineData("cosine", ScheduleKind.Cosine, false)]
    [InlineData("linear", ScheduleKind.Linear, false)]
    [InlineData("cosine-after-warm-up", ScheduleKind.Cosine, true)]
    [InlineData("cosine-to-a-floor-after-steps-of-warm-up", ScheduleKind.Cosine, false)]
    [InlineData("linear-to-a-floor", ScheduleKind.Linear, false)]
    public void Rates_are_PyTorchs(string name, ScheduleKind kind, bool warmsUp)
    {
        var schedules = StepData.Load()["schedules"]!;
        var options = new TrainingOptions
        {
            Epochs = (int)schedules["epochs"]!,
            LearningRate = (double)schedules["rate"]!,
            Gamma = (double)schedules["gamma"]!,
            Schedule = kind,
            MilestoneEpochs = [.. schedules["milestone_epochs"]!.Deserialize<int[]>()!],
            StepEpochs = (int)schedules["step_epochs"]!,
            WarmupEpochs = warmsUp ? (int)schedules["warmup_epochs"]! : 0,
        };
        if (name.Contains("floor", StringComparison.Ordinal))
        {
            options = options with
            {
                MinimumLearningRate = (double)schedules["floor"]!,
                WarmupSteps = kind == ScheduleKind.Cosine ? (int)schedules["warmup_steps"]! : null,
            };
        }

        options.Validate();
        var stepsPerEpoch = (int)schedules["steps_per_epoch"]!;
        var expected = schedules["series"]![name]!.Deserialize<double[]>()!;
        Assert.Equal(options.Epochs * stepsPerEpoch, expected.Length);
        for (var iteration = 0; iteration < expected.Length; iteration++)
        {
            Assert.Equal(expected[iteration], LearningRateSchedule.At(options, iteration, stepsPerEpoch), 1e-8);
        }
    }
}
