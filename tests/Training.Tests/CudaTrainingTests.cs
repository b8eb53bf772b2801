using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Distillation;
using Ocs.Training.Optimizers;
using Ocs.Training.Tests.Distillation;
using Ocs.Zoo;

namespace Ocs.Training.Tests;

/// <summary>
/// What a CPU cannot show: the same numbers on a CUDA device, narrow types, a captured step, and memory that the cut
/// frees.
/// </summary>
[NoTensorLeaks]
public sealed class CudaTrainingTests
{
    private const int Seed = 3;

    [CudaFact]
    public void A_network_gives_the_same_outputs_and_gradients_as_on_a_cpu()
    {
        var graph = Models.Build("cifar_resnet20");
        using var here = ParameterTable.Initialize(graph, Seed);
        using var there = ParameterTable.Initialize(graph, Seed, Device.Cuda());
        using var images = Tensor.Empty([8, 3, 32, 32]);
        Aten.NormalInPlace(images, 0, 1);
        var precision = TorchRuntime.MatmulPrecision;
        TorchRuntime.MatmulPrecision = MatmulPrecision.Highest;
        try
        {
            using var expected = Backward(graph, here, images);
            using var actual = Backward(graph, there, images);
            Tensors.AssertClose(expected, actual, 1e-4);
            foreach (var name in here.Trainable)
            {
                using var gradient = here[name].GetGradient()!;
                using var other = there[name].GetGradient()!;
                Tensors.AssertClose(gradient, other, 1e-3);
            }
        }
        finally
        {
            TorchRuntime.MatmulPrecision = precision;
        }
    }

    [CudaTheory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void A_captured_cycle_learns_what_the_eager_one_does(Precision precision)
    {
        var options =
            TinyTask.Options with { Precision = precision, CudnnBenchmark = false, BatchSize = 10, DropLast = false };
        var eager = Train(options with { CudaGraph = CudaGraphChoice.Off }, TinyTask.Pruning);
        var captured = Train(options with { CudaGraph = CudaGraphChoice.On }, TinyTask.Pruning);

        // Sums of atomic additions differ in their order; training amplifies that.
        Assert.All(eager.Losses.Zip(captured.Losses), pair => Assert.InRange(pair.Second - pair.First, -0.05, 0.05));
        Assert.Equal(eager.CutEpoch, captured.CutEpoch);
        Assert.InRange(captured.Accuracy, 0.9, 1);
    }

    [CudaTheory]
    [InlineData(OptimizerKind.Adam, 1)]
    [InlineData(OptimizerKind.Adamw, 2)]
    public void A_captured_cycle_of_another_optimiser_learns_what_the_eager_one_does(
        OptimizerKind kind, int accumulation)
    {
        var options = TinyTask.Options with
        {
            Optimizer = kind,
            LearningRate = 0.01,
            BatchSize = TinyTask.BatchSize / accumulation,
            AccumulationSteps = accumulation,
            EmaDecay = 0.6,
            ClipGradientNorm = 1,
            CudnnBenchmark = false,
        };
        var eager = Train(options with { CudaGraph = CudaGraphChoice.Off }, TinyTask.Pruning);
        var captured = Train(options with { CudaGraph = CudaGraphChoice.On }, TinyTask.Pruning);
        Assert.All(eager.Losses.Zip(captured.Losses), pair => Assert.InRange(pair.Second - pair.First, -0.1, 0.1));
        Assert.Equal(eager.CutEpoch, captured.CutEpoch);
        Assert.InRange(captured.Accuracy, 0.9, 1);
    }

    [CudaTheory]
    [InlineData(DistillationKind.Kd, Precision.Fp32)]
    [InlineData(DistillationKind.Dkd, Precision.Bf16)]
    public void A_captured_cycle_learns_from_a_teacher_what_the_eager_one_does(
        DistillationKind kind, Precision precision)
    {
        using var teacher = Teachers.Skilled();
        var options = (TinyTask.Options with { Precision = precision, CudnnBenchmark = false }).With(
            new() { Kind = kind, WarmupEpochs = 1 });
        var eager = Train(options with { CudaGraph = CudaGraphChoice.Off }, TinyTask.Pruning, teacher);
        var captured = Train(options with { CudaGraph = CudaGraphChoice.On }, TinyTask.Pruning, teacher);
        Assert.All(eager.Losses.Zip(captured.Losses), pair => Assert.InRange(pair.Second - pair.First, -0.2, 0.2));
        Assert.Equal(eager.CutEpoch, captured.CutEpoch);
    }

    [CudaTheory]
    [InlineData(Precision.Bf16)]
    [InlineData(Precision.Fp16)]
    public void Narrow_types_learn_what_float32_does(Precision precision)
    {
        var wide = Train(TinyTask.Options with { Precision = Precision.Fp32 }, TinyTask.Pruning);
        var narrow = Train(TinyTask.Options with { Precision = precision }, TinyTask.Pruning);
        Assert.InRange(narrow.Accuracy, wide.Accuracy - 0.05, 1);
        Assert.InRange(narrow.Losses[^1], 0, wide.Losses[^1] + 0.1);
    }

    [CudaFact]
    public void Dropout_draws_anew_at_each_replay()
    {
        using var ones = Tensor.Ones([1000], device: Device.Cuda());
        using var result = Tensor.Zeros([1000], device: Device.Cuda());
        using var graph = new CudaGraph(Device.Cuda());
        graph.WarmUp(Drop);
        graph.Capture(Drop);
        graph.Replay();
        var first = result.ToArray<float>();
        graph.Replay();
        Assert.NotEqual(first, result.ToArray<float>());

        void Drop()
        {
            using var dropped = Aten.Dropout(ones, 0.5, training: true);
            Aten.CopyInPlace(result, dropped);
        }
    }

    [CudaFact]
    public void After_the_cut_a_step_needs_less_memory()
    {
        var images = new byte[256 * 3 * 32 * 32];
        var noise = new ImageDataset(
            "noise", images, [.. Enumerable.Range(0, 256).Select(i => i % 10)], 3, 32,
            32, [.. Enumerable.Range(0, 10).Select(i => $"{i}")],
            Normalization.Cifar10);
        var options = TinyTask.Options with { BatchSize = 128, Epochs = 6, Padding = PaddingChoice.Never };
        var peaks = new List<long>();
        var observer = new PeakObserver(peaks);
        using var trainer = new OneCycleTrainer(
            Models.Build("cifar_resnet20"), new(noise, noise, AugmentationOptions.CifarTrain), options,
            TinyTask.Pruning with { Target = 0.6 }, new() { Device = Device.Cuda() })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        Assert.Equal(3, result.CutEpoch);
        // The epoch of the cut holds both networks for a moment.
        Assert.True(peaks[5] < peaks[2], string.Join(", ", peaks));
    }

    private static Tensor Backward(Graph graph, ParameterTable parameters, Tensor images)
    {
        using var moved = images.To(parameters[parameters.Names[0]].Device);
        using var logits = new Executor(graph, parameters).Forward(moved, training: true);
        using var squares = Aten.Square(logits);
        using var mean = Aten.Mean(squares);
        Autograd.Backward(mean);
        return logits.Detach();
    }

    private static (double[] Losses, double Accuracy, int? CutEpoch) Train(
        TrainingOptions options, OneCycleOptions pruning, Network? teacher = null)
    {
        using var observer = new RecordingObserver();
        using var trainer = new OneCycleTrainer(TinyTask.Network(), TinyTask.Data, options,
            pruning, new() { Device = Device.Cuda(), Teacher = teacher })
        {
            Observer = observer,
        };
        using var result = trainer.Run();
        Assert.True(result.Gate!.Passed);
        Assert.DoesNotContain(
            observer.Messages, message => message.Contains("can't be captured", StringComparison.Ordinal));
        return ([.. observer.Records.Select(record => record.TrainLoss)], result.ValidationAccuracy!.Value,
            result.CutEpoch);
    }

    // The peak of each epoch.
    private sealed class PeakObserver(List<long> peaks) : ITrainingObserver
    {
        public void EpochProfiled(EpochProfile profile)
        {
            peaks.Add(CudaMemory.Of(Device.Cuda()).Peak);
            CudaMemory.ResetPeak(Device.Cuda());
        }
    }
}
