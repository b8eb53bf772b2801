using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;
using Ocs.Training.Optimizers;

namespace Ocs.Training.Tests.Distributed;

/// <summary>
/// A run of two processes, here threads, goes on from any of its checkpoints as if it had never stopped, to the bit:
/// each process has running statistics, dropout's numbers and counts of its own.
/// </summary>
[NoTensorLeaks]
[OneThread]
public sealed class ReplicaResumeTests : IDisposable
{
    private static readonly TrainingOptions Options =
        TinyTask.Options with { Epochs = 4, CheckpointMinutes = 1e-9, Padding = PaddingChoice.Never };

    private readonly string _folder = Directory.CreateTempSubdirectory("ocs-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_goes_on_from_any_step_to_the_same_bits()
    {
        AssertResumes(Options);
    }

    [Fact]
    public void With_another_optimiser_an_average_clipping_and_accumulated_gradients_too() => AssertResumes(Options with
    {
        Optimizer = OptimizerKind.Adamw,
        LearningRate = 0.01,
        EmaDecay = 0.8,
        ClipGradientNorm = 0.5,
        BatchSize = TinyTask.BatchSize / 2,
        AccumulationSteps = 2,
    });

    private void AssertResumes(TrainingOptions options)
    {
        var files = new List<string>();
        var whole = Train(_ => null, Write(files), options: options);
        Assert.True(files.Count > Options.Epochs * TinyTask.StepsPerEpoch);

        foreach (var file in files.Where((_, index) => index % TestThreads.Sparser == 0))
        {
            var resumed = Train(_ => Checkpoint.Read(file).Checkpoint, null, options: options);
            Assert.Equal(whole.Select(rank => rank.Weights), resumed.Select(rank => rank.Weights));
            Assert.Equal(whole[0].Log.TakeLast(resumed[0].Log.Count), resumed[0].Log);
        }
    }

    [Fact]
    public void A_run_that_was_stopped_within_an_epoch_goes_on_to_the_same_bits()
    {
        var whole = Train(_ => null, null);
        var files = new List<string>();
        _ = Train(_ => null, Write(files), stopAfter: 5);

        var resumed = Train(_ => Checkpoint.Read(files[^1]).Checkpoint, null);
        Assert.Equal(whole.Select(rank => rank.Weights), resumed.Select(rank => rank.Weights));
        Assert.Equal(whole[0].Log.TakeLast(resumed[0].Log.Count), resumed[0].Log);
    }

    [Fact]
    public void With_more_processes_than_before_it_goes_on_all_the_same()
    {
        var files = new List<string>();
        _ = Train(_ => null, Write(files), stopAfter: 4);
        var ranks = Train(_ => Checkpoint.Read(files[^1]).Checkpoint, null, processes: 3);
        Assert.All(ranks, rank => Assert.Equal(ranks[0].Weights, rank.Weights));
    }

    private Action<Checkpoint> Write(List<string> files) => checkpoint =>
    {
        files.Add(Path.Combine(_folder, $"{files.Count}.safetensors"));
        using var stream = File.Create(files[^1]);
        checkpoint.Write(stream, new("", RunKind.Train, null, "", new(0, "", 0)));
    };

    private static Outcome[] Train(Func<int, Checkpoint?> from, Action<Checkpoint>? save,
        int? stopAfter = null, int processes = 2, TrainingOptions? options = null) =>
        Ranks.Run(processes, group =>
        {
            options ??= Options;
            using var observer = new RecordingObserver { OnCheckpoint = save, StopAfter = stopAfter };
            using var trainer = from(group.Rank) is { } checkpoint
                ? OneCycleTrainer.Resume(checkpoint, TinyTask.Data, options, TinyTask.Pruning, new() { Group = group })
                : new(Network(), TinyTask.Data, options, TinyTask.Pruning, new() { Group = group });
            trainer.Observer = observer;
            using var result = trainer.Run(cancellationToken: observer.Stop);
            return new Outcome(
                [.. result.Parameters.Names.Where(name => result.Graph.Parameter(name).Role != ParameterRole.Counter)
                    .SelectMany(name => result.Parameters[name].ToArray<float>())],
                [
                    .. observer.Records.Select(record => (
                        record.Epoch, record.TrainLoss, record.TrainAccuracy, record.ValLoss, record.ValAccuracy,
                        record.JAvg)),
                ]);
        });

    private static Graph Network()
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

    private sealed record Outcome(
        List<float> Weights, List<(int Epoch, double? TrainLoss, double? TrainAccuracy,
            double? ValLoss, double? ValAccuracy, double? JAvg)> Log);
}
