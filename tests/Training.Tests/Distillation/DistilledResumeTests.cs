using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Distillation;
using Ocs.Training.Runs;

namespace Ocs.Training.Tests.Distillation;

/// <summary>A run with a teacher goes on as if it had never stopped, with the same teacher and no other.</summary>
[NoTensorLeaks]
[OneThread]
public sealed class DistilledResumeTests : IDisposable
{
    private static readonly TrainingOptions Options = (TinyTask.Options with
    {
        Epochs = 4,
        CheckpointMinutes = 1e-9,
        Padding = PaddingChoice.Never,
    }).With(new() { Kind = DistillationKind.Dkd, WarmupEpochs = 2 });

    private static readonly OneCycleOptions Pruning = TinyTask.Pruning with { LatestCutEpoch = 2 };

    private readonly TemporaryFolder _folder = new();
    private readonly Network _teacher = Teachers.Wide();

    public void Dispose()
    {
        _teacher.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(DistillationKind.Kd, Precision.Fp32)]
    [InlineData(DistillationKind.Dkd, Precision.Bf16)]
    public void From_any_step_weights_and_log_are_the_same_to_the_bit(DistillationKind kind, Precision precision)
    {
        var options = Options with { Precision = precision, Distillation = Options.Distillation with { Kind = kind } };
        var (files, weights, log) = Record(options, _teacher);
        Assert.All(log, epoch => Assert.True(epoch.DistillLoss > 0));
        foreach (var file in files.Where((_, index) => index % 3 == 1))
        {
            var (checkpoint, _) = Checkpoint.Read(file);
            var first = checkpoint.State.Epoch;
            using var observer = new RecordingObserver();
            using var trainer = OneCycleTrainer.Resume(
                checkpoint, TinyTask.Data, options, Pruning, new() { Teacher = _teacher });
            trainer.Observer = observer;
            using var result = trainer.Run();
            Assert.Equal(weights, WeightsOf(result));
            Assert.Equal(log[first..], observer.Records.Select(Losses));
        }
    }

    [Fact]
    public void Two_processes_go_on_to_the_same_log_and_so_does_one_that_takes_over()
    {
        var options = (Options with { Epochs = 2 }).With(new() { Kind = DistillationKind.Dkd, WarmupEpochs = 1 });
        var runs = Ranks.Run(2, group =>
        {
            using var observer = Saving($"of-{group.Rank}-");
            using var trainer = Trainer(options, _teacher, observer, group);
            using var result = trainer.Run();
            return (Weights: WeightsOf(result), Log: observer.Records.Select(Losses).ToList());
        });
        var file = _folder.PathOf("of-0-2");
        var again = Ranks.Run(2, group => GoOn(group));
        Assert.Equal(runs[0].Weights, again[0].Weights);
        Assert.Equal(runs[0].Log, again[0].Log);
        var alone = GoOn(null);
        Assert.Equal(runs[0].Log[0].DistillLoss!.Value, alone.Log[0].DistillLoss!.Value, 0.05);

        (List<float[]> Weights, List<(double, double? TaskLoss, double? DistillLoss)> Log) GoOn(ProcessGroup? group)
        {
            var (checkpoint, _) = Checkpoint.Read(file);
            using var observer = new RecordingObserver();
            using var trainer = OneCycleTrainer.Resume(
                checkpoint, TinyTask.Data, options, Pruning, new() { Teacher = _teacher, Group = group });
            trainer.Observer = observer;
            using var result = trainer.Run();
            return (WeightsOf(result), [.. observer.Records.Select(Losses)]);
        }
    }

    [Fact]
    public void Another_teacher_and_none_are_refused()
    {
        var options = (Options with { Epochs = 1 }).With(new());
        var file = Record(options, _teacher, cycle: false).Files[1];
        using var other = Teachers.Wide(seed: 12);
        Assert.Equal(
            "The teacher has other weights than the one that the run began with; "
            + "give that one again with `TrainerSetup.Teacher`.",
            Refused(file, options, other));
        Assert.Equal(
            "The run began with a teacher; give the same one again with `TrainerSetup.Teacher`.",
            Refused(file, options, teacher: null));
        var without = Record(options, teacher: null, cycle: false).Files[1];
        Assert.Equal(
            "The run began without a teacher; leave `TrainerSetup.Teacher` out.",
            Refused(without, options, _teacher));
    }

    [Fact]
    public void Processes_with_different_teachers_are_told()
    {
        using var other = Teachers.Wide(seed: 12);
        var errors = Ranks.Run(2, group => Assert.Throws<OcsInputException>(() =>
        {
            using var observer = new RecordingObserver();
            using var trainer = Trainer(Options, group.Rank == 0 ? _teacher : other, observer, group);
            trainer.Run();
        }));
        Assert.All(errors, error => Assert.StartsWith(
            "The processes of the run do not have the same options, network or data: rank 1 differs", error.Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_runs_folder_names_the_teacher_and_goes_on_with_it()
    {
        var folder = _folder.PathOf("run");
        var setup = new TrainerSetup { Teacher = _teacher };
        using (var observer = new RecordingObserver { StopAfter = 5 })
        using (var run = TrainingRun.Begin(
            folder, TinyTask.Network(), TinyTask.Data, Options, Pruning, setup, observer))
        {
            run.Execute(cancellationToken: observer.Stop).Dispose();
        }

        Assert.Throws<OcsInputException>(
            () => TrainingRun.Resume(folder, TinyTask.Data, Options, Pruning).Dispose());
        using (var run = TrainingRun.Resume(folder, TinyTask.Data, Options, Pruning, setup))
        {
            run.Execute().Dispose();
        }

        var (records, summary) = (RunLogReader.Read(folder).Records, RunLogReader.Read(folder).Summary!);
        Assert.Equal("wide", summary.Teacher);
        Assert.Equal(Options.Epochs, records.Length);
        Assert.All(records, record => Assert.True(record.TaskLoss > 0 && record.DistillLoss > 0));
        Assert.Contains(
            "<dt>Teacher</dt><dd>wide</dd>", File.ReadAllText(Path.Combine(folder, "report.html")),
            StringComparison.Ordinal);
        using var network = Network.Load(Path.Combine(folder, RunDirectory.ModelName));
        Assert.NotNull(network.Record);
    }

    private static string Refused(string file, TrainingOptions options, Network? teacher)
    {
        var (checkpoint, _) = Checkpoint.Read(file);
        var error = Assert.Throws<OcsInputException>(() => OneCycleTrainer.Resume(
            checkpoint, TinyTask.Data, options, pruning: null, new() { Teacher = teacher }).Dispose());
        checkpoint.Release();
        return error.Message;
    }

    private static OneCycleTrainer Trainer(
        TrainingOptions options, Network? teacher, RecordingObserver observer, ProcessGroup? group = null,
        bool cycle = true) => new(
            TinyTask.Network(), TinyTask.Data, options, cycle ? Pruning : null,
            new() { Teacher = teacher, Group = group })
        {
            Observer = observer,
        };

    private RecordingObserver Saving(string prefix)
    {
        var count = 0;
        return new()
        {
            OnCheckpoint = checkpoint =>
            {
                using var stream = File.Create(_folder.PathOf($"{prefix}{count++}"));
                checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
            },
        };
    }

    private (List<string> Files, List<float[]> Weights, (double, double? TaskLoss, double? DistillLoss)[] Log) Record(
        TrainingOptions options, Network? teacher, bool cycle = true)
    {
        var prefix = $"{Guid.NewGuid():N}-";
        using var observer = Saving(prefix);
        using var trainer = Trainer(options, teacher, observer, cycle: cycle);
        using var result = trainer.Run();
        return (
            [.. observer.Checkpoints.Select((_, index) => _folder.PathOf($"{prefix}{index}"))],
            WeightsOf(result), [.. observer.Records.Select(Losses)]);
    }

    private static (double, double? TaskLoss, double? DistillLoss) Losses(RunRecord record) =>
        (record.TrainLoss, record.TaskLoss, record.DistillLoss);

    private static List<float[]> WeightsOf(TrainingResult result) =>
        [.. result.Parameters.Trainable.Select(name => result.Parameters[name].ToArray<float>())];
}
