using Ocs.Graphs;
using Ocs.Torch;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests;

/// <summary>
/// A step over several batches is the step over all of their images at once, but for batch norms and rounding.
/// </summary>
[NoTensorLeaks]
[OneThread]
public sealed class AccumulationTests
{
    // 48 images: a step of 18 takes them in batches of 6, the last of 12 too.
    private static readonly TrainingOptions Whole =
        TinyTask.Options with { Epochs = 6, BatchSize = 18, DropLast = false, EvaluationBatchSize = 30 };

    private static readonly TrainingOptions Parts = Whole with { BatchSize = 6, AccumulationSteps = 3 };

    [Theory]
    [InlineData(OptimizerKind.Sgd, null)]
    [InlineData(OptimizerKind.Adamw, 0.1)]
    public void Without_batch_norms_parts_and_whole_learn_the_same(OptimizerKind kind, double? clip)
    {
        var rate = kind == OptimizerKind.Sgd ? 0.05 : 0.002;
        var whole = Train(Whole with { Optimizer = kind, LearningRate = rate, ClipGradientNorm = clip });
        var parts = Train(Parts with { Optimizer = kind, LearningRate = rate, ClipGradientNorm = clip });
        AssertSame(whole, parts, 1e-4);
        Assert.Equal(whole.Losses.Count, parts.Losses.Count);
        Assert.All(whole.Losses.Zip(parts.Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(18, parts.Losses.Count);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public void Several_processes_take_their_parts_one_after_the_other(int processes, int steps)
    {
        var options = (steps == 1 ? Whole : Parts) with { ClipGradientNorm = 0.5 };
        var alone = Train(Whole with { ClipGradientNorm = 0.5 });
        var together = Ranks.Run(processes, group => Train(options, group));
        Assert.All(together, rank => AssertSame(alone, rank, 1e-4));
        Assert.All(together, rank => AssertSame(together[0], rank, 0));
        Assert.All(alone.Losses.Zip(together[0].Losses), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void A_step_of_more_images_than_there_are_is_told()
    {
        var error = Assert.Throws<OcsInputException>(() => Train(Parts with { AccumulationSteps = 9 }));
        Assert.Equal(
            "A step of 9 batches of 6 samples is more than the 48 samples of rows; give fewer `AccumulationSteps`, "
            + "or a smaller `BatchSize`.",
            error.Message);
    }

    [Fact]
    public void A_cycle_with_batch_norms_learns_and_cuts()
    {
        using var observer = new RecordingObserver();
        var options = TinyTask.Options with { BatchSize = 8, AccumulationSteps = 2 };
        using var trainer = TinyTask.Trainer(TinyTask.Pruning with { RecalibrationBatches = 2 }, observer, options);
        using var result = trainer.Run();
        Assert.Equal(options.Epochs * TinyTask.StepsPerEpoch, observer.Steps.Count);
        Assert.True(result.Gate!.Passed);
        Assert.True(result.Best > 0.9);
        // Each batch is one for a norm.
        Assert.Equal(2 * 5 * TinyTask.StepsPerEpoch, result.Parameters["bn1.num_batches_tracked"].Item<long>() - 2);
    }

    private static void AssertSame(Trained expected, Trained actual, double tolerance) => Assert.All(
        expected.Weights, pair => Tensors.AssertClose(pair.Value, actual.Weights[pair.Key], tolerance));

    private static Trained Train(TrainingOptions options, ProcessGroup? group = null)
    {
        var g = new GraphBuilder("plain");
        var x = g.Relu("relu1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 8, kernel: 3, padding: 1, bias: true));
        var graph = g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), TinyTask.Classes));
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(graph, TinyTask.Data, options, pruning: null,
            new() { Group = group })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        return new(
            result.Parameters.Trainable.ToDictionary(name => name, name => result.Parameters[name].ToArray<float>()),
            [.. observer.Steps.Select(step => step.Loss)]);
    }

    private sealed record Trained(Dictionary<string, float[]> Weights, List<double> Losses);
}
