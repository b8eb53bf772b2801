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
            "`Epochs` must be at least 1, but is 0", "`BatchSize`", "`LearningRate`", "`Momentum`", "`WeightDecay`", "`LabelSmoothing`",
            "`MilestoneEpochs`", "`Gamma`", "`StepEpochs`", "`WarmupEpochs`", "`EvaluationBatchSize`",
            "`Beta1`", "`Beta2`", "`Epsilon`", "`AccumulationSteps`", "`ClipGradientNorm`", "`EmaDecay`",
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
}
