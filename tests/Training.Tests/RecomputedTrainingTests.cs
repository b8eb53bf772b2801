using Ocs.Torch;

namespace Ocs.Training.Tests;

/// <summary>A run whose steps compute values once more for backward is the same run.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class RecomputedTrainingTests
{
    [Theory]
    [InlineData(Precision.Fp32, 1)]
    [InlineData(Precision.Bf16, 1)]
    [InlineData(Precision.Fp32, 2)]
    public void A_cycle_ends_with_the_same_bits(Precision precision, int accumulationSteps)
    {
        var options = TinyTask.Options with
        {
            Precision = precision,
            BatchSize = TinyTask.Options.BatchSize / accumulationSteps,
            AccumulationSteps = accumulationSteps,
            EmaDecay = 0.9,
        };

        Assert.Equal(Weights(options), Weights(options with { Recompute = true }));
    }

    [Fact]
    public void Several_processes_average_the_same_gradients()
    {
        var options = TinyTask.Options with { Epochs = 2, DropLast = false };
        var kept = Ranks.Run(2, group => Weights(options, group));
        var recomputed = Ranks.Run(2, group => Weights(options with { Recompute = true }, group));
        Assert.Equal(kept, recomputed);
    }

    private static Dictionary<string, float[]> Weights(TrainingOptions options, ProcessGroup? group = null)
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            group is null ? TinyTask.Pruning : null, observer, options, setup: new() { Group = group });
        using var result = trainer.Run();
        Assert.Equal(group is null, result.Gate is { Passed: true });
        return result.Parameters.Names.ToDictionary(name => name, name =>
        {
            using var detached = result.Parameters[name].Detach();
            using var wide = detached.To(DType.Float32);
            return wide.ToArray<float>();
        });
    }
}
