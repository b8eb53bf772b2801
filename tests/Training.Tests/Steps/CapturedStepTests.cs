using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;
using Ocs.Training.Steps;

namespace Ocs.Training.Tests.Steps;

[NoTensorLeaks]
[OneThread]
public sealed class CapturedStepTests
{
    // Four batches of 10 and one of 8 an epoch, another learning rate each step.
    private static readonly TrainingOptions Options = TinyTask.Options with
    {
        BatchSize = 10,
        DropLast = false,
        Schedule = ScheduleKind.Cosine,
        WarmupEpochs = 1,
        LabelSmoothing = 0.1,
        Padding = PaddingChoice.Never, // by the clock it would differ from run to run
    };

    [Theory]
    [InlineData(false, Precision.Fp32)]
    [InlineData(true, Precision.Fp32)]
    [InlineData(false, Precision.Bf16)]
    public void A_captured_cycle_is_the_eager_one_to_the_last_bit(bool official, Precision precision)
    {
        var pruning = official
            ? OneCycleOptions.Official with { SparsityStartEpoch = 0, LatestCutEpoch = 2 }
            : TinyTask.Pruning with { Penalty = true };
        var options = Options with { Precision = precision, Epochs = official ? 6 : 5 };
        var capture = new RepeatingCapture();

        var eager = Train(pruning, options, () => new EagerStep());
        var captured = Train(pruning, options, () => new CapturedStep(() => capture, mayFallBack: false));

        Assert.Equal(eager.Losses, captured.Losses);
        Assert.Equal(eager.Weights, captured.Weights);
        Assert.True(eager.CutEpoch > 0);
        Assert.Equal(eager.CutEpoch, captured.CutEpoch);
        // The first steps of both networks, one capture for plain training, for each epoch of sparsity learning, and
        // after the cut.
        Assert.Equal(2 * CapturedStep.WarmUps, capture.WarmUps);
        Assert.Equal(4, capture.Captures);
        Assert.Equal((4 * options.Epochs) - capture.WarmUps, capture.Replays);
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 1)]
    [InlineData(OptimizerKind.Adamw, 2)]
    public void So_are_other_optimisers_an_average_clipping_and_accumulated_gradients(
        OptimizerKind kind, int accumulation)
    {
        var options = Options with
        {
            Optimizer = kind,
            LearningRate = 0.01,
            BatchSize = Options.BatchSize / accumulation,
            AccumulationSteps = accumulation,
            EmaDecay = 0.8,
            ClipGradientNorm = 0.5,
        };
        var capture = new RepeatingCapture();
        var eager = Train(TinyTask.Pruning, options, () => new EagerStep());
        var captured = Train(TinyTask.Pruning, options, () => new CapturedStep(() => capture, mayFallBack: false));
        Assert.Equal(eager.Losses, captured.Losses);
        Assert.Equal(eager.Weights, captured.Weights);
        Assert.Equal(4, capture.Captures);
    }

    [Fact]
    public void Plain_training_is_captured_once()
    {
        var capture = new RepeatingCapture();
        Train(pruning: null, Options, () => new CapturedStep(() => capture, mayFallBack: false));
        Assert.Equal((CapturedStep.WarmUps, 1, 17), (capture.WarmUps, capture.Captures, capture.Replays));
    }

    [Fact]
    public void Steps_that_cannot_be_captured_are_taken_eagerly_and_a_sentence_says_so()
    {
        var capture =
            new RepeatingCapture { Failure = new TorchException("operation not permitted when stream is capturing") };

        var eager = Train(TinyTask.Pruning, Options, () => new EagerStep());
        var captured = Train(TinyTask.Pruning, Options, () => new CapturedStep(() => capture, mayFallBack: true));

        Assert.Equal(eager.Losses, captured.Losses);
        Assert.Equal(eager.Weights, captured.Weights);
        Assert.Equal((1, 0), (capture.Captures, capture.Replays));
        Assert.Single(
            captured.Messages,
            "The step can't be captured as a CUDA graph, so its operators are started one by one (operation not "
            + "permitted when stream is capturing).");
    }

    [Fact]
    public void Where_capturing_is_demanded_its_failure_is_an_error()
    {
        var capture = new RepeatingCapture { Failure = new TorchException("no") };
        Assert.Throws<TorchException>(
            () => Train(TinyTask.Pruning, Options, () => new CapturedStep(() => capture, mayFallBack: false)));
    }

    [Fact]
    public void What_is_baked_into_a_capture_is_seen_when_it_changes()
    {
        using var tensor = Tensor.Zeros([2]);
        using var capture = new RepeatingCapture();
        var factor = 1.0;
        capture.Capture(() => Aten.MulInPlace(tensor, factor));
        capture.Replay();
        capture.Replay();
        factor = 2;
        Assert.ThrowsAny<Exception>(capture.Replay);
        capture.Capture(() => tensor.Item<float>());
        Assert.ThrowsAny<Exception>(capture.Replay);
    }

    [Fact]
    public void On_a_cpu_nothing_is_captured_and_to_demand_it_is_refused()
    {
        Assert.False(TrainingSteps.Captures(new(), Device.Cpu, profile: false, processes: 1));
        Assert.False(TrainingSteps.Captures(
            new() { CudaGraph = CudaGraphChoice.Off }, Device.Cuda(), profile: false, processes: 1));
        var error = Assert.Throws<OcsInputException>(
            () => TrainingSteps.Captures(
                new() { CudaGraph = CudaGraphChoice.On }, Device.Cpu, profile: false, processes: 1));
        Assert.Equal(
            "`CudaGraphChoice.On` can't be: the device is cpu; choose cuda, or `CudaGraphChoice.Auto` or off.",
            error.Message);
    }

    private static (double[] Losses, float[][] Weights, int? CutEpoch, IReadOnlyList<string> Messages) Train(
        OneCycleOptions? pruning, TrainingOptions options, Func<ITrainingStep> steps)
    {
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(
            TinyTask.Network(), TinyTask.Data, options, pruning, new() { Steps = steps })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        return (
            [.. observer.Steps.Select(step => step.Loss)],
            [.. result.Parameters.Trainable.Select(name => result.Parameters[name].ToArray<float>())],
            result.CutEpoch,
            observer.Messages);
    }
}
