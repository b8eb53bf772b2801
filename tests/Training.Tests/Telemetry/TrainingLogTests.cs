using Microsoft.Extensions.Logging;

namespace Ocs.Training.Tests.Telemetry;

/// <summary>What a training writes into an application's log.</summary>
[NoTensorLeaks]
public sealed class TrainingLogTests : IDisposable
{
    private const int Began = 1000;
    private const int Resumed = 1001;
    private const int Ended = 1002;
    private const int Stopped = 1003;
    private const int Failed = 1004;
    private const int Epoch = 1010;
    private const int Layout = 1020;
    private const int Cut = 1030;
    private const int Proven = 1031;
    private const int Repaired = 1033;
    private const int Checkpoint = 1040;
    private const int CutAtTheEnd = 1051;
    private const int Collapsed = 1052;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLogger _logger = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_logs_its_start_each_epoch_the_proven_cut_and_its_end()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer, setup: new() { Logger = _logger });
        using var result = trainer.Run();

        Assert.Equal(
            [Began, Layout, Epoch, Epoch, Epoch, Proven, Cut, Layout, Epoch, Epoch, Ended],
            _logger.Ids.Where(id => id is not (Repaired or Collapsed)));
        var epochs = _logger.Events.Where(logged => logged.Id == Epoch).ToList();
        Assert.Equal(observer.Records.Select(record => (object?)record.Epoch), epochs.Select(At("Epoch")));
        Assert.Equal(observer.Records.Select(record => (object?)record.TrainLoss), epochs.Select(At("TrainLoss")));
        Assert.Equal(observer.Records.Select(record => (object?)record.ValAccuracy), epochs.Select(At("Value")));
        Assert.All(epochs, logged => Assert.Equal("accuracy", logged.Values["Metric"]));
        var cut = _logger.Events.Single(logged => logged.Id == Cut);
        Assert.Equal(
            ("tiny", 3, result.Original.Macs, result.Graph.Macs),
            (cut.Values["Model"], cut.Values["Epoch"], cut.Values["MacsBefore"], cut.Values["MacsAfter"]));
        Assert.Equal(
            result.Gate!.LargestDifference,
            _logger.Events.Single(logged => logged.Id == Proven).Values["LargestDifference"]);
        Assert.Equal(result.Graph.Macs, _logger.Events[^1].Values["Macs"]);
        Assert.StartsWith(
            "Training of tiny began: 5 epochs of 3 steps, ", _logger.Events[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_logs_where_and_goes_on_from_there()
    {
        var setup = new TrainerSetup { Logger = _logger };
        using var observer = new RecordingObserver { StopAfter = 5 };
        using (var run = TrainingRun.Begin(
            _folder.PathOf("run"), TinyTask.Network(), TinyTask.Data, TinyTask.Options, TinyTask.Pruning, setup,
            observer))
        {
            using var stopped = run.Execute(cancellationToken: observer.Stop);
            Assert.True(stopped.Stopped);
        }

        Assert.Equal([Began, Layout, Checkpoint, Epoch, Checkpoint, Checkpoint, Stopped], _logger.Ids);
        Assert.Equal((1, 2), (_logger.Events[^1].Values["Epochs"], _logger.Events[^1].Values["Steps"]));
        Assert.Equal(_folder.PathOf("run"), _logger.Events[^2].Values["Folder"]);
        Assert.Equal(LogLevel.Debug, _logger.Events[^2].Level);

        _logger.Events.Clear();
        using (var run = TrainingRun.Resume(
            _folder.PathOf("run"), TinyTask.Data, TinyTask.Options, TinyTask.Pruning, setup))
        {
            using var result = run.Execute();
            Assert.False(result.Stopped);
        }

        Assert.Equal(Resumed, _logger.Events[0].Id);
        Assert.Equal((1, 2), (_logger.Events[0].Values["Epoch"], _logger.Events[0].Values["Step"]));
        Assert.Equal([1, 2, 3, 4], Epochs());
        Assert.Equal(Ended, _logger.Events[^1].Id);
    }

    [Fact]
    public void A_run_that_diverges_logs_its_error()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            TinyTask.Pruning, observer, TinyTask.Options with { LearningRate = 1e30 },
            setup: new() { Logger = _logger });
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Run());

        var last = _logger.Events[^1];
        Assert.Equal((Failed, LogLevel.Error, error), (last.Id, last.Level, last.Error));
    }

    [Fact]
    public void Warnings_of_the_result_are_warnings_of_the_log()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            TinyTask.Pruning with { LatestCutEpoch = null }, observer, TinyTask.Options with { Epochs = 2 },
            setup: new() { Logger = _logger });
        using var result = trainer.Run();

        Assert.Contains(_logger.Events, logged => logged is { Id: CutAtTheEnd, Level: LogLevel.Warning });
        Assert.Equal(
            result.Warnings,
            _logger.Events.Where(logged => logged.Level == LogLevel.Warning).Select(logged => logged.Text));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_to_is_a_warning_and_training_goes_on()
    {
        using var observer = new RecordingObserver();
        var path = _folder.PathOf("run");
        using var run = TrainingRun.Begin(
            path, TinyTask.Network(), TinyTask.Data, TinyTask.Options, setup: new() { Logger = _logger },
            observer: observer);

        // A folder in the place of a file cannot be replaced by it.
        Directory.CreateDirectory(Path.Combine(path, "best.ocs", "in the way"));
        var blocked = new RecordingProgress<TrainingProgress>(progress =>
        {
            if (progress is { Epoch: 3, Step: 1 })
            {
                Directory.Delete(Path.Combine(path, "best.ocs"), recursive: true);
            }
        });
        using var result = run.Execute(blocked);

        Assert.False(result.Stopped);
        var problem = _logger.Events.First(logged => logged.Id == 1041);
        Assert.Equal(LogLevel.Warning, problem.Level);
        Assert.StartsWith("best.ocs could not be written", problem.Text, StringComparison.Ordinal);
        Assert.Contains(problem.Text, observer.Messages);
        Assert.True(File.Exists(Path.Combine(path, "best.ocs")));
    }

    private static Func<LoggedEvent, object?> At(string name) => logged => logged.Values[name];

    private IEnumerable<int> Epochs() =>
        _logger.Events.Where(logged => logged.Id == Epoch).Select(logged => (int)logged.Values["Epoch"]!);
}
