using System.Diagnostics;
using Ocs.Cli.Commands;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Metrics;

namespace Ocs.Cli.Runs;

/// <summary>`train --dry-run`: the plan and the cost of a run, measured over a few steps. Writes nothing.</summary>
internal sealed class DryRun(
    ExperimentOptions options, RunKind kind, string? dataRoot, string? deviceName, CommandConsole console)
{
    private OneCycleOptions? Pruning => kind == RunKind.Baseline ? null : options.Pruning;

    /// <summary>The plan.</summary>
    public TrainingPlan Execute()
    {
        Pruning?.ValidateFor(options.Training.Epochs);
        using var data = TrainingDataSource.Open(options, dataRoot);
        var device = Devices.Find(deviceName);
        using var start = TrainingStart.Open(options, data, device);
        using var teacher = TrainingTeacher.Open(options, start, data);
        TrainingMemory.Require(start.Graph, options.Training, data, device);
        var cut = Pruning is { } pruning ? PlannedCut(start, pruning, data, device) : null;
        var (steps, ran) = TimeSteps(start, teacher, data, device);
        using var result = ran;
        var test = data.SampleOfTest(Math.Min(data.Test.Count, options.Training.EvaluationBatchSize));
        var evaluation = Evaluation.Run(
            new Executor(result.Graph, result.Parameters), result.Task, test, options.Training.EvaluationBatchSize,
            device);
        var epoch = steps.Steps * steps.Median + data.Test.Count / evaluation.SamplesPerSecond;
        return new(
            result.Original.Name,
            result.Original.Macs,
            result.Original.ParameterCount,
            options.Data,
            data.Train.Count,
            data.Test.Count,
            options.Training.Epochs,
            steps.Steps,
            cut,
            Process.GetCurrentProcess().PeakWorkingSet64,
            steps.Median,
            epoch,
            options.Training.Epochs * epoch);
    }

    private PlannedCut PlannedCut(TrainingStart start, OneCycleOptions pruning, ExperimentData data, Device device)
    {
        var search = new SubnetworkSearch(start.Graph, pruning);
        var drawn = start.Network is null ? ParameterTable.Initialize(start.Graph, options.Seed) : null;
        using var _ = drawn;
        var parameters = start.Network?.Parameters ?? drawn!;
        if (pruning.Criterion.NeedsGradients)
        {
            var seen = data.For(start.Graph);
            TrainingGradients.Accumulate(
                new(start.Graph, parameters), parameters, seen.TaskFor(options.Training), seen.Train, batches: 1,
                device: drawn is null ? device : default);
        }

        var partition = search.Find(parameters);
        parameters.ClearGradients();
        var groups = search.Coupling.Groups;
        return new(
            groups.Length,
            groups.Count(group => group.IsPrunable),
            groups.Sum(group => group.Channels),
            groups.Where(group => group.IsPrunable).Sum(group => group.Channels),
            Choices.NameOf(pruning.Resource),
            pruning.Target,
            partition.Removed,
            search.LargestTarget,
            pruning.SparsityStartEpoch?.Epoch,
            pruning.LatestCutEpoch)
        {
            Stability = Choices.NameOf(pruning.Stability),
            ShrinkageEpochs = pruning.ShrinkageKind == ShrinkageKind.Deadline ? pruning.ShrinkageEpochs : null,
        };
    }

    private (StepTimes Times, TrainingResult Result) TimeSteps(
        TrainingStart start, TrainingTeacher? teacher, ExperimentData data, Device device)
    {
        using var heed = console.HeedStop();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(console.Stop);
        var times = new StepTimes(stop, console);
        using var trainer = start.Trainer(
            data.For(start.Graph), options.Training, Uncut(Pruning),
            new() { Device = device, Teacher = teacher?.Network });
        trainer.Observer = times;
        var result = trainer.Run(cancellationToken: stop.Token);
        try
        {
            console.Stop.ThrowIfCancellationRequested();
            return (times, result);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    // The plan covers the time before the cut; with few steps per epoch, the trial would reach the cut.
    private static OneCycleOptions? Uncut(OneCycleOptions? pruning) => pruning is null ? null : pruning with
    {
        MonitorStartEpoch = int.MaxValue,
        SparsityStartEpoch = SparsityStart.Auto,
        LatestCutEpoch = null,
        CutAtEnd = true,
    };

    // Times a few steps, and stops.
    private sealed class StepTimes(CancellationTokenSource stop, CommandConsole console) : ITrainingObserver
    {
        private readonly LapTimes _laps = new(warmUps: 3, timed: 7, TimeProvider.System);

        /// <summary>Steps per epoch.</summary>
        public int Steps { get; private set; }

        /// <summary>The median seconds of a step; of the first steps if there are few.</summary>
        public double Median => _laps.Median;

        public void Message(string sentence) => console.WriteLine(sentence);

        public void StepDone(TrainingProgress progress)
        {
            Steps = progress.Steps;
            _laps.End();
            if (_laps.IsComplete)
            {
                stop.Cancel();
            }
        }
    }
}
