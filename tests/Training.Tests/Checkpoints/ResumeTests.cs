using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Saliency;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Checkpoints;

/// <summary>
/// A run that goes on from any of its checkpoints ends as the one that was never stopped, to the bit.
/// </summary>
[NoTensorLeaks]
public sealed class ResumeTests : IDisposable
{
    // After every step. A run that is left to choose its padding at the cut times it anew when it goes on from before
    // the cut, and may choose otherwise.
    private static readonly TrainingOptions Options =
        TinyTask.Options with { CheckpointMinutes = 1e-9, Padding = PaddingChoice.Never };

    private readonly string _folder = Directory.CreateTempSubdirectory("ocs-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(LayoutChoice.Contiguous, PaddingChoice.Never)]
    [InlineData(LayoutChoice.ChannelsLast, PaddingChoice.Never)]
    [InlineData(LayoutChoice.Contiguous, PaddingChoice.Always)]
    [InlineData(LayoutChoice.ChannelsLast, PaddingChoice.Always)]
    public void The_papers_cycle_goes_on_from_any_step(LayoutChoice layout, PaddingChoice padding) =>
        AssertResumes(
            TinyTask.Pruning, Options with { Layout = layout, Padding = padding }, TinyTask.Network(),
            every: padding == PaddingChoice.Always ? 1 : 3);

    [Fact]
    public void The_official_cycle_goes_on_from_any_step() =>
        AssertResumes(
            OneCycleOptions.Official with { SparsityStartEpoch = 0, LatestCutEpoch = 2 },
            Options with { Epochs = 6 },
            TinyTask.Network());

    [Fact]
    public void A_cycle_that_finds_its_epochs_by_itself_goes_on_from_any_step() => AssertResumes(
        TinyTask.Pruning with
        {
            SparsityStartEpoch = SparsityStart.Auto,
            LatestCutEpoch = null,
            StabilityWindow = 1,
            StartThreshold = 1,
            StableThreshold = 0.5,
        },
        Options, TinyTask.Network());

    [Fact]
    public void A_cycle_that_ranks_by_gradients_goes_on_from_any_step() =>
        AssertResumes(TinyTask.Pruning with { Saliency = SaliencyKind.Taylor }, Options, TinyTask.Network());

    [Fact]
    public void A_cut_whose_norms_are_measured_anew_goes_on_from_any_step() =>
        AssertResumes(TinyTask.Pruning with { RecalibrationBatches = 2 }, Options, Dropping());

    [Theory]
    [InlineData(null)]
    [InlineData(0.9)]
    public void The_preset_auto_goes_on_from_any_step(double? emaDecay) => AssertResumes(
        OneCycleOptions.Auto with { Target = 0.5, RecalibrationBatches = 2 },
        Options with { Epochs = 7, EmaDecay = emaDecay },
        Dropping());

    [Fact]
    public void A_cut_at_the_end_is_made_after_the_last_checkpoint() =>
        AssertResumes(TinyTask.Pruning with { LatestCutEpoch = null }, Options with { Epochs = 2 }, TinyTask.Network());

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(0.9, false)]
    [InlineData(0, false)]
    public void Plain_training_goes_on_from_any_step_with_any_momentum(double momentum, bool nesterov) =>
        AssertResumes(null, Options with { Epochs = 2, Momentum = momentum, Nesterov = nesterov }, TinyTask.Network());

    [Theory]
    [InlineData(OptimizerKind.Adam, LayoutChoice.Contiguous, PaddingChoice.Never)]
    [InlineData(OptimizerKind.Adamw, LayoutChoice.ChannelsLast, PaddingChoice.Always)]
    public void Every_optimiser_goes_on_from_any_step(
        OptimizerKind kind, LayoutChoice layout, PaddingChoice padding) => AssertResumes(
        TinyTask.Pruning,
        Options with
        {
            Optimizer = kind,
            LearningRate = 0.01,
            Layout = layout,
            Padding = padding,
            DecayNormsAndBiases = false,
        },
        TinyTask.Network());

    [Theory]
    [InlineData(LayoutChoice.Contiguous, PaddingChoice.Always)]
    [InlineData(LayoutChoice.ChannelsLast, PaddingChoice.Never)]
    public void An_average_clipping_and_accumulated_gradients_go_on_from_any_step(
        LayoutChoice layout, PaddingChoice padding) => AssertResumes(
        TinyTask.Pruning with { RecalibrationBatches = 2 },
        Options with
        {
            Optimizer = OptimizerKind.Adamw,
            LearningRate = 0.01,
            EmaDecay = 0.8,
            ClipGradientNorm = 0.5,
            BatchSize = TinyTask.BatchSize / 2,
            AccumulationSteps = 2,
            Layout = layout,
            Padding = padding,
        },
        Dropping());

    [Fact]
    public void A_restarted_optimiser_goes_on_from_any_step() => AssertResumes(
        TinyTask.Pruning with { OptimizerAtCut = OptimizerAtCut.Restart },
        Options with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01 }, TinyTask.Network());

    [Fact]
    public void Checkpoints_hold_what_the_optimiser_keeps_by_PyTorchs_names_and_those_of_SGD_no_more_than_ever()
    {
        var parameters = TinyTask.Network().Parameters.Select(spec => $"parameter/{spec.Name}").ToList();
        var trained = TinyTask.Network().Parameters.Where(spec => spec.IsTrainable).Select(spec => spec.Name).ToList();
        Assert.Equal([.. parameters.Concat(trained.Select(name => $"momentum/{name}")).Order()], Names(Options));
        Assert.Equal(
            [
                .. parameters.Concat(
                    parameters.Select(name => name.Replace("parameter/", "average/", StringComparison.Ordinal)))
                    .Concat(trained.Select(name => $"exp_avg/{name}")).Concat(
                        trained.Select(name => $"exp_avg_sq/{name}"))
                    .Append("counter/step").Order(),
            ],
            Names(Options with { Optimizer = OptimizerKind.Adamw, EmaDecay = 0.9 }));
    }

    [Fact]
    public void The_checkpoint_of_another_optimiser_or_without_an_average_is_refused()
    {
        var file = Record(null, Options with { Epochs = 1 }, TinyTask.Network()).Files[1];
        TrainingOptions[] others =
            [Options with { Optimizer = OptimizerKind.Adam }, Options with { EmaDecay = 0.9 }];
        foreach (var options in others)
        {
            var (checkpoint, _) = Checkpoint.Read(file);
            var error = Assert.Throws<OcsInputException>(
                () => OneCycleTrainer.Resume(checkpoint, TinyTask.Data, options, null).Dispose());
            checkpoint.Release();
            Assert.NotEmpty(error.Message);
        }
    }

    [Fact]
    public void Narrow_types_go_on_from_any_step() =>
        AssertResumes(TinyTask.Pruning, Options with { Precision = Precision.Bf16 }, TinyTask.Network());

    [Fact]
    public void Dropout_and_stochastic_depth_draw_on() => AssertResumes(TinyTask.Pruning, Options, Dropping());

    [Fact]
    public void Pointwise_and_depthwise_convolutions_keep_their_place_in_memory() =>
        AssertResumes(
            TinyTask.Pruning with { Target = 0.3 }, Options with { Layout = LayoutChoice.ChannelsLast }, Separable());

    [Fact]
    public void What_the_clock_chose_is_not_chosen_again()
    {
        var options = Options with { Layout = LayoutChoice.Auto, Padding = PaddingChoice.Auto };
        var files = Record(TinyTask.Pruning, options, TinyTask.Network()).Files;
        foreach (var file in new[] { files[1], files[^2] })
        {
            using var observer = new RecordingObserver();
            var (checkpoint, _) = Checkpoint.Read(file);
            var before = checkpoint.State.Arrangement;
            using var trainer = OneCycleTrainer.Resume(
                checkpoint, TinyTask.Data, options with { Epochs = checkpoint.State.Epoch + 1 }, TinyTask.Pruning);
            trainer.Observer = observer;
            using var result = trainer.Run();
            Assert.Equal(before, observer.Checkpoints[0].Arrangement);
            Assert.Equal(checkpoint.Cut is not null, result.Record is not null && !observer.Messages.Any(IsLayout));
        }

        static bool IsLayout(string message) => message.StartsWith("Layout", StringComparison.Ordinal);
    }

    [Fact]
    public void Other_data_or_options_are_told()
    {
        var file = Record(TinyTask.Pruning, Options with { Epochs = 1 }, TinyTask.Network()).Files[0];
        var data = TinyTask.Data with { Test = TinyTask.Data.Train };

        Assert.Contains(
            "measured on 30, but rows has 48 and 48 now; give back the data that it began with.",
            Refused(file, data, TinyTask.Pruning).Message, StringComparison.Ordinal);
        Assert.Contains(
            "does not belong to these options", Refused(file, TinyTask.Data, null).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Batches_that_are_not_numbers_end_the_run_at_their_step_and_the_checkpoints_before_stay()
    {
        var file = Record(TinyTask.Pruning, Options, TinyTask.Network()).Files[2];
        var (checkpoint, _) = Checkpoint.Read(file);
        // Pixels over next to nothing are infinite.
        var train = TinyTask.Train.With(new([0], [float.Epsilon]));
        using var observer = new RecordingObserver();
        using var trainer = OneCycleTrainer.Resume(
            checkpoint, TinyTask.Data with { Train = train }, Options, TinyTask.Pruning);
        trainer.Observer = observer;

        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run());

        Assert.Equal(
            $"The loss is NaN in epoch 0, step {checkpoint.State.Progress!.Steps}: training has diverged; "
            + "lower `LearningRate` or add `WarmupEpochs`.",
            error.Message);
        Assert.Empty(observer.Checkpoints);
    }

    private string[] Names(TrainingOptions options)
    {
        var content = CheckpointFile.Read(Record(null, options with { Epochs = 1 }, TinyTask.Network()).Files[1]);
        string[] names = [.. content.Tensors.Keys.Order()];
        foreach (var tensor in content.Tensors.Values)
        {
            tensor.Dispose();
        }

        return names;
    }

    private static OcsInputException Refused(string file, TrainingData data, OneCycleOptions? pruning)
    {
        var (checkpoint, _) = Checkpoint.Read(file);
        var error = Assert.Throws<OcsInputException>(
            () => OneCycleTrainer.Resume(checkpoint, data, Options, pruning).Dispose());
        checkpoint.Release();
        return error;
    }

    // From any checkpoint of the first run; elsewhere some are enough, the first and the last among them.
    private void AssertResumes(OneCycleOptions? pruning, TrainingOptions options, Graph graph, int every = 3)
    {
        var whole = Record(pruning, options, graph);
        Assert.True(whole.Files.Count > options.Epochs * TinyTask.StepsPerEpoch);
        every *= TestThreads.Sparser;
        foreach (var file in whole.Files.Where((_, index) => index % every == 0 || index == whole.Files.Count - 1))
        {
            var (checkpoint, _) = Checkpoint.Read(file);
            var from = checkpoint.State;
            using var observer = new RecordingObserver();
            using var trainer = OneCycleTrainer.Resume(checkpoint, TinyTask.Data, options, pruning);
            trainer.Observer = observer;
            using var result = trainer.Run();

            Assert.Equal(whole.Weights, Bytes(result));
            Assert.Equal(whole.Graph, result.Graph.ToString());
            Assert.Equal(whole.Log[from.Epoch..], observer.Records.Select(WithoutClock));
            Assert.Equal(whole.Outcome, Outcome(result));
            Assert.True(result.TotalSeconds > from.Seconds);
        }
    }

    private WholeRun Record(OneCycleOptions? pruning, TrainingOptions options, Graph graph)
    {
        var files = new List<string>();
        using var observer = new RecordingObserver
        {
            OnCheckpoint = checkpoint =>
            {
                files.Add(Path.Combine(_folder, $"{files.Count}.safetensors"));
                using var stream = File.Create(files[^1]);
                checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
            },
        };
        using var trainer = TinyTask.Trainer(pruning, observer, options, graph: graph);
        using var result = trainer.Run();
        return new(
            files, Bytes(result), result.Graph.ToString(), [.. observer.Records.Select(WithoutClock)], Outcome(result));
    }

    // Arrays are equal only if they are the same one, so norms are compared as text.
    private static (RunRecord Record, string Norms) WithoutClock(RunRecord record) => (
        record with
        {
            Seconds = 0,
            Forecast = record.Forecast! with { SecondsLeft = 0 },
            ImagesPerSecond = 0,
            WaitFraction = 0,
            SearchSeconds = record.SearchSeconds is null ? null : 0,
            Norms = null,
        },
        record.Norms is null
            ? ""
            : string.Join(' ', new[] { record.Norms.Kept, record.Norms.Pruned }
                .Select(norms => $"{norms.First}: {string.Join(',', norms.Counts)}")));

    // With the layout: another one is run by other kernels, which round differently.
    private static List<byte[]> Bytes(TrainingResult result) => [.. result.Parameters.Names.Select(name =>
        result.Parameters[name] is { DType: DType.Int64 } counter
            ? counter.ToArray<long>().SelectMany(BitConverter.GetBytes).ToArray()
            : result.Parameters[name].ToArray<float>().SelectMany(BitConverter.GetBytes)
                .Append((byte)(result.Parameters[name].IsContiguous() ? 1 : 0)).ToArray())];

    private static object Outcome(TrainingResult result) => (
        result.EpochsDone, result.ValidationAccuracy, result.ValidationLoss, result.Best, result.BeforeCut?.Accuracy,
        result.AfterCut?.Accuracy, result.SparsityStartEpoch, result.StableEpoch, result.CutEpoch, result.Gate,
        result.SamplesPerSecondBefore is null, result.SamplesPerSecondAfter is null, result.Precision,
        string.Join(';', result.Layers.Select(layer => layer.Explanation)), result.Groups.Length);

    private static Graph Dropping()
    {
        var g = new GraphBuilder("dropping");
        var x = g.Relu(
            "relu1",
            g.BatchNorm2d("bn1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 12, kernel: 3, padding: 1)));
        var y = g.StochasticDepth("depth", g.BatchNorm2d("bn2", g.Conv2d("conv2", x, 12, kernel: 3, padding: 1)), 0.3);
        x = g.Relu("relu2", g.Add("add", x, y));
        x = g.Dropout("dropout", g.Flatten("flatten", g.AveragePool2d("pool", x, 2)), 0.3);
        return g.Build(g.Linear("fc", x, TinyTask.Classes));
    }

    private static Graph Separable()
    {
        var g = new GraphBuilder("separable");
        var x = g.Relu(
            "relu1",
            g.BatchNorm2d("bn1", g.Conv2d("conv1", g.Input("input", 1, 8, 8), 16, kernel: 3, padding: 1)));
        x = g.Relu("relu2", g.BatchNorm2d("bn2", g.Conv2d("depthwise", x, 16, kernel: 3, padding: 1, groups: 16)));
        x = g.Relu("relu3", g.BatchNorm2d("bn3", g.Conv2d("pointwise", x, 24, kernel: 1)));
        x = g.Relu("relu4", g.BatchNorm2d("bn4", g.Conv2d("pointwise2", x, 16, kernel: 1)));
        return g.Build(g.Linear("fc", g.Flatten("flatten", g.AveragePool2d("pool", x, 4)), TinyTask.Classes));
    }

    private sealed record WholeRun(
        IReadOnlyList<string> Files, List<byte[]> Weights, string Graph, (RunRecord, string)[] Log, object Outcome);
}
