using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Training.Metrics;

namespace Ocs.Training.Tests;

/// <summary>What a caller is told of work that takes long, and how it ends it.</summary>
[NoTensorLeaks]
public sealed class ProgressTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_step_is_reported_as_the_observer_sees_it()
    {
        var progress = new RecordingProgress<TrainingProgress>();
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run(progress);

        Assert.Equal(observer.Steps, progress.Reports);
        Assert.Equal(
            from epoch in Enumerable.Range(0, 5)
            from step in Enumerable.Range(1, TinyTask.StepsPerEpoch)
            select (epoch, step, (long)step * TinyTask.BatchSize),
            progress.Reports.Select(report => (report.Epoch, report.Step, report.Samples)));
        Assert.All(progress.Reports, report => Assert.Equal(TinyTask.Options.LearningRate, report.LearningRate));
        Assert.Equal(
            (result.Original.Macs, result.Graph.Macs), (progress.Reports[0].Macs, progress.Reports[^1].Macs));
    }

    [Fact]
    public void A_cancelled_run_has_a_partial_result_and_a_checkpoint_and_goes_on_by_the_same_call()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new RecordingProgress<TrainingProgress>(report =>
        {
            if (report is { Epoch: 1, Step: 1 })
            {
                cancellation.Cancel();
            }
        });
        using (var run = TrainingRun.Begin(
            _folder.PathOf("run"), TinyTask.Network(), TinyTask.Data, TinyTask.Options, TinyTask.Pruning))
        {
            using var stopped = run.Execute(progress, cancellation.Token);
            Assert.Equal((true, 1, 4), (stopped.Stopped, stopped.EpochsDone, progress.Reports.Count));
            Assert.InRange(stopped.ValidationAccuracy!.Value, 0, 1);
            Assert.Equal(stopped.Original.Macs, stopped.Network.Macs);
        }

        Assert.True(TrainingRun.CanResume(_folder.PathOf("run")));
        using (var run = TrainingRun.Resume(
            _folder.PathOf("run"), TinyTask.Data, TinyTask.Options, TinyTask.Pruning))
        {
            var rest = new RecordingProgress<TrainingProgress>();
            using var result = run.Execute(rest);
            Assert.Equal((false, 5), (result.Stopped, result.EpochsDone));
            Assert.Equal((1, 2), (rest.Reports[0].Epoch, rest.Reports[0].Step));
        }
    }

    [Fact]
    public void A_run_that_is_cancelled_before_it_begins_takes_no_step()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run(cancellationToken: new(canceled: true));

        Assert.Equal((true, 0, null), (result.Stopped, result.EpochsDone, result.Evaluation));
        Assert.Empty(observer.Steps);
    }

    [Fact]
    public void Several_budgets_report_one_run_after_the_other_and_stop_with_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new RecordingProgress<TrainingProgress>(report =>
        {
            if (report.Epoch == 2)
            {
                cancellation.Cancel();
            }
        });
        var training = TinyTask.Options with { Epochs = 10 };
        var budgets = new BudgetOptions { Targets = [0.3, 0.5] };
        Assert.Null(BudgetRun.Execute(
            _folder.PathOf("budgets"), TinyTask.Network(), TinyTask.Data, training, OneCycleOptions.Auto, budgets,
            progress: progress, cancellationToken: cancellation.Token));
        Assert.Equal(7, progress.Reports.Count);

        var rest = new RecordingProgress<TrainingProgress>();
        var curve = BudgetRun.Execute(
            _folder.PathOf("budgets"), TinyTask.Network(), TinyTask.Data, training, OneCycleOptions.Auto, budgets,
            progress: rest);
        Assert.Equal(2, curve!.Points.Length);
        Assert.Equal((2, 2), (rest.Reports[0].Epoch, rest.Reports[0].Step));
        Assert.Equal(2, rest.Reports.Count(report => report is { Epoch: 9, Step: 3 }));
    }

    [Fact]
    public void An_evaluation_reports_every_batch_and_is_no_result_when_it_is_cancelled()
    {
        var graph = TinyTask.Network();
        using var parameters = ParameterTable.Initialize(graph, seed: 1);
        var progress = new RecordingProgress<EvaluationProgress>();
        var result = Evaluation.Run(new Executor(graph, parameters), TinyTask.Test, batchSize: 8, progress: progress);

        Assert.Equal(30, result.Samples);
        Assert.Equal([(8, 30), (16, 30), (24, 30), (30, 30)], progress.Reports.Select(At));
        Assert.All(progress.Reports, report => Assert.True(report.SamplesPerSecond > 0));

        using var cancellation = new CancellationTokenSource();
        var stopping = new RecordingProgress<EvaluationProgress>(_ => cancellation.Cancel());
        Assert.Throws<OperationCanceledException>(() => Evaluation.Run(
            new Executor(graph, parameters), TinyTask.Test, batchSize: 8, progress: stopping,
            cancellationToken: cancellation.Token));
        Assert.Equal((8, 30), At(Assert.Single(stopping.Reports)));

        static (int, int) At(EvaluationProgress report) => (report.Samples, report.Total);
    }
}
