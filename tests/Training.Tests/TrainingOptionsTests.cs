using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Training.Tests;

public sealed class TrainingOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new TrainingOptions().Validate();

    [Fact]
    public void All_problems_are_told_together()
    {
        var error = Assert.Throws<OcsInputException>(() => new TrainingOptions
        {
            Epochs = 0,
            BatchSize = 0,
            LearningRate = double.NaN,
            Momentum = 1,
            WeightDecay = -1,
            Beta1 = 1,
            Beta2 = -0.1,
            Epsilon = 0,
            AccumulationSteps = 0,
            ClipGradientNorm = 0,
            EmaDecay = 1,
            LabelSmoothing = 1,
            MilestoneEpochs = [-1],
            Gamma = 0,
            StepEpochs = 0,
            WarmupEpochs = 5,
            EvaluationBatchSize = 0,
        }.Validate());
        string[] keys =
        [
            "`Epochs` must be at least 1, but is 0", "`BatchSize`", "`LearningRate`", "`Momentum`",
            "`WeightDecay`", "`LabelSmoothing`", "`MilestoneEpochs`", "`Gamma`", "`StepEpochs`",
            "`WarmupEpochs`", "`EvaluationBatchSize`", "`Beta1`", "`Beta2`", "`Epsilon`",
            "`AccumulationSteps`", "`ClipGradientNorm`", "`EmaDecay`",
        ];
        Assert.All(keys, key => Assert.Contains(key, error.Message, StringComparison.Ordinal));
        Assert.Equal(keys.Length, error.Message.Split("; ").Length);
    }

    [Fact]
    public void Nesterov_needs_momentum()
    {
        var error = Assert.Throws<OcsInputException>(() => new TrainingOptions { Momentum = 0 }.Validate());
        Assert.Equal("Training options: `Nesterov` needs a momentum above 0.", error.Message);
        new TrainingOptions { Momentum = 0, Nesterov = false }.Validate();
    }

    [Fact]
    public void The_schedule_follows_from_what_is_given()
    {
        var standard = TrainingOptions.Standard;
        Assert.Equal(ScheduleKind.Cosine, standard.Schedule);
        Assert.Equal(ScheduleKind.MultiStep, (standard with { MilestoneEpochs = [100] }).Schedule);
        Assert.Equal(ScheduleKind.MultiStep, (standard with { MilestoneEpochs = [100], StepEpochs = 20 }).Schedule);
        Assert.Equal(ScheduleKind.MultiStep, (standard with { Gamma = 0.1 }).Schedule);
        Assert.Equal(ScheduleKind.Step, (standard with { StepEpochs = 20 }).Schedule);
        Assert.Equal(ScheduleKind.Step, (standard with { StepEpochs = 20, Gamma = 0.1 }).Schedule);
        Assert.Equal(ScheduleKind.Linear, (standard with { StepEpochs = 20, Schedule = ScheduleKind.Linear }).Schedule);
        Assert.Equal(ScheduleKind.MultiStep, TrainingOptions.Paper.Schedule);
        Assert.Equal(ScheduleKind.Step, (TrainingOptions.Paper with { StepEpochs = 20 }).Schedule);
    }

    // PyTorch's default of Adam and AdamW; the paper's of SGD.
    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.1)]
    [InlineData(OptimizerKind.Adam, 0.001)]
    [InlineData(OptimizerKind.Adamw, 0.001)]
    public void The_learning_rate_follows_from_the_optimiser_and_the_weights(OptimizerKind optimizer, double rate)
    {
        var options = TrainingOptions.Standard with { Optimizer = optimizer };
        Assert.Equal(rate, options.LearningRate);
        Assert.Equal(rate / 10, options.ForTrainedWeights().LearningRate);
        Assert.Equal(0.3, (options with { LearningRate = 0.3 }).ForTrainedWeights().LearningRate);
    }

    [Fact]
    public void Resolved_options_no_longer_follow_from_others()
    {
        var options = new TrainingOptions { Epochs = 10, Optimizer = OptimizerKind.Adam, StepEpochs = 4 }.Resolved();
        var changed = options with { Epochs = 20, Optimizer = OptimizerKind.Sgd, MilestoneEpochs = [1] };
        Assert.Equal([3, 6, 8, 9], options.MilestoneEpochs!.Value.ToArray());
        Assert.Equal((0.001, ScheduleKind.Step, 0.2), (changed.LearningRate, changed.Schedule, changed.Gamma));
    }
}
