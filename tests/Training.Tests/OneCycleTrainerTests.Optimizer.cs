using Ocs.Pruning;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests;

public sealed partial class OneCycleTrainerTests
{
    [Fact]
    public void Momentum_is_cut_with_the_weights_or_forgotten()
    {
        var first = 3 * TinyTask.StepsPerEpoch;
        var cut = Losses(TinyTask.Options, TinyTask.Pruning with { OptimizerAtCut = OptimizerAtCut.CutState });
        var restarted = Losses(TinyTask.Options, TinyTask.Pruning with { OptimizerAtCut = OptimizerAtCut.Restart });
        // The first step after the cut still starts from the same weights.
        Assert.Equal(cut[..(first + 1)], restarted[..(first + 1)]);
        Assert.NotEqual(cut[first + 1], restarted[first + 1]);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, OptimizerAtCut.CutState)]
    [InlineData(OptimizerKind.Adam, OptimizerAtCut.Restart)]
    [InlineData(OptimizerKind.Adamw, OptimizerAtCut.Restart)]
    public void Unless_told_otherwise_Adam_restarts_at_the_cut_and_momentum_is_cut(
        OptimizerKind optimizer, OptimizerAtCut expected)
    {
        var options = TinyTask.Options with { Optimizer = optimizer };
        Assert.Equal(
            Losses(options, TinyTask.Pruning with { OptimizerAtCut = expected }),
            Losses(options, TinyTask.Pruning with { OptimizerAtCut = OptimizerAtCut.Auto }));
    }
}
