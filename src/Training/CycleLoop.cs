using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Metrics;
using Ocs.Training.Steps;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>The epochs of a run: search, train, evaluate, save, and cut when it is time to (Alg. 1).</summary>
internal sealed class CycleLoop : IDisposable
{
    // About a thousand samples in batches of 128.
    private const int GradientBatches = 8;

    private readonly TrainingContext _run;
    private readonly EpochLoop _epochs;
    private readonly Evaluator _evaluator;
    private readonly Arranger _arranger;
    private readonly CutStep _cut;
    private readonly CheckpointKeeper _keeper;

    /// <summary>Prepares the parts of a run.</summary>
    /// <param name="run">What they share.</param>
    /// <param name="steps">Another way to take steps; null for the device's own.</param>
    public CycleLoop(TrainingContext run, Func<ITrainingStep>? steps)
    {
        _run = run;
        _evaluator = new(run);
        _arranger = new(run);
        _keeper = new(run);
        _epochs = new(run, _keeper, steps);
        _cut = new(run, _evaluator, _arranger, _epochs);
    }

    /// <summary>The decision of Alg. 1 for the present epoch; null between two epochs, and without pruning.</summary>
    public EpochPlan? Plan { get; set; }

    private TrainerState State
    {
        get => _run.State;
        set => _run.State = value;
    }

    /// <summary>Begins or resumes a run.</summary>
    public void Begin(Resumption? resumption)
    {
        _keeper.Start();
        if (resumption is null)
        {
            _run.Log.RunBegan(
                _run.Telemetry.Model, _run.Training.Epochs, _run.Batches.BatchesPerEpoch, _run.Original.Macs,
                _run.Original.ParameterCount, _run.Training.Seed);
            Begin();
        }
        else
        {
            _run.Log.RunResumed(_run.Telemetry.Model, State.Epoch, State.Progress?.Steps ?? 0);
            resumption.GoOn(_arranger);
        }
    }

    /// <summary>Trains to the end, or until it is stopped; then the current step is completed.</summary>
    public TrainingResult Run(CancellationToken stop)
    {
        _run.Clock.Take();
        _run.Stop = stop;
        while (State.Epoch < _run.Training.Epochs && !_run.Replicas.IsStopped(stop) && RunEpoch(stop))
        {
            State = State with { Epoch = State.Epoch + 1 };
        }

        return Finish();
    }

    /// <summary>Releases the resources of the steps.</summary>
    public void Dispose() => _epochs.Dispose();

    private void Begin()
    {
        if (_run.Device.Kind != DeviceKind.Cpu)
        {
            // On a device, dropout draws from the device's own generator.
            TorchRuntime.Seed(_run.Training.Seed);
        }

        _run.Replicas.BeginAlike(_run, "", position: 0);
        _run.Network.BeginAverage(_run.Training.EmaDecay);

        // Fails before the training if the target cannot be reached.
        if (_run.Pruner is { } pruner)
        {
            Rank(pruner.ChoosePartition);
        }

        _arranger.Arrange(padding: null);
        _keeper.Save(State.Epoch);
    }

    // Whether it was trained to its end.
    private bool RunEpoch(CancellationToken stop)
    {
        using var activity = _run.Telemetry.Begin("ocs.epoch", State.Epoch);
        if (State.Progress is null && !BeginEpoch())
        {
            return false;
        }

        if (_epochs.Train(Plan, stop) is not { } trained)
        {
            return false;
        }

        var record = Evaluate(trained);
        activity?.SetTag("ocs.phase", OptionName.Of(record.Phase.ToString()));
        End(record);
        return true;
    }

    // Whether the epoch has begun. It has not if the run was stopped while it tried rankings.
    private bool BeginEpoch()
    {
        var before = _run.Pruner?.State;
        try
        {
            Plan = _run.Pruner is { } pruner ? Rank(() => pruner.BeginEpoch(State.Epoch)) : null;
        }
        catch (OperationCanceledException) when (_run.Stop.IsCancellationRequested)
        {
            _run.Pruner!.Restore(before!);
            return false;
        }

        _run.Clock.Add(TrainingActivity.Search);
        if (Plan?.Phase == Phase.Final)
        {
            _cut.Make(State.Epoch);
        }

        State = State with { Decision = Plan is null ? null : EpochDecision.Of(Plan) };
        return true;
    }

    // Each process takes the gradients of the same samples, so that all rank alike.
    private T Rank<T>(Func<T> rank)
    {
        if (!_run.Pruning!.Criterion.NeedsGradients)
        {
            return rank();
        }

        var (executor, parameters) = (_run.Network.Executor, _run.Network.Parameters);
        TrainingGradients.Accumulate(
            executor, parameters, _run.Task, _run.Data.Train, GradientBatches, _run.PartSize, State.Epoch, _run.Device);
        try
        {
            return rank();
        }
        finally
        {
            parameters.ClearGradients();
        }
    }

    private RunRecord Evaluate(EpochOutcome trained)
    {
        _run.Clock.Add(TrainingActivity.Other);
        var evaluation = _evaluator.Measure();
        _run.Clock.Add(TrainingActivity.Evaluation);
        State = State with { Speeds = State.Speeds.Add(new(State.Record is not null, trained.SamplesPerSecond)) };
        var record = EpochRecord.Of(_run, Plan, trained, evaluation);
        _run.Seen.EpochDone(record);
        _run.Log.EpochEnded(
            record.Epoch, record.Phase, record.TrainLoss, evaluation.Loss, _run.Task.Metrics[0].Name,
            evaluation.Headline, trained.LearningRate, record.Macs, trained.SamplesPerSecond, trained.Seconds);
        _evaluator.RequireFinite($"after epoch {State.Epoch}");
        _evaluator.HandOverIfBest();
        return record;
    }

    private void End(RunRecord record)
    {
        var macs = _run.Network.MacsAsRun;
        if (_run.Pruner?.EndEpoch(State.Epoch) == true)
        {
            _cut.Make(State.Epoch + 1);
        }

        _keeper.Save(State.Epoch + 1);
        _run.Seen.EpochProfiled(new()
        {
            Epoch = State.Epoch,
            Phase = record.Phase,
            Images = _run.Batches.SamplesPerEpoch,
            Macs = macs,
            Seconds = _run.Clock.Take(),
        });
    }

    private TrainingResult Finish()
    {
        var isStopped = State.Epoch < _run.Training.Epochs;
        if (isStopped)
        {
            _keeper.Save(State.Epoch);
            _run.Network.AverageStatistics(_run.Replicas);
        }
        else
        {
            CutAtEnd();
        }

        if (_run.Replicas.Drift(_run.Network.Parameters) is { } drift)
        {
            _run.Tell(drift, TrainingLog.ProcessesDrifted);
        }

        _run.HandOver(ModelKind.Last);
        var problem = isStopped ? null : Problem();
        LogEnd(isStopped);
        return TrainingResult.Of(_run, problem);
    }

    private void LogEnd(bool isStopped)
    {
        if (isStopped)
        {
            _run.Log.RunStopped(_run.Telemetry.Model, State.Epoch, State.Progress?.Steps ?? 0);
        }
        else
        {
            _run.Log.RunEnded(
                _run.Telemetry.Model, State.Epoch, _run.Seconds, _run.Task.Metrics[0].Name,
                State.Evaluation?.Headline, _run.Network.Graph.Macs);
        }
    }

    private void CutAtEnd()
    {
        if (_run.Pruner is not { } pruner)
        {
            return;
        }

        if (Rank(() => pruner.BeginEpoch(State.Epoch)).Phase != Phase.Final)
        {
            pruner.ForceCut();
            _run.Warn(
                $"The sub-network did not become stable in {State.Epoch} epochs; the network is cut at the end, "
                + "and is not trained after it.",
                TrainingLog.CutAtTheEnd);
        }

        _cut.Make(State.Epoch);
        _evaluator.HandOverIfBest();
    }

    // A run without a cut cannot have been ruined by it.
    private string? Problem()
    {
        var problem = State.Evaluation is { } end
            ? Collapse.AtEnd(_run.Guessing, State.BeforeCut?.Headline, end.Headline)
            : null;
        if (problem is null)
        {
            return null;
        }

        if (_run.Pruning is not null)
        {
            _run.Log.Collapsed(problem);
            return problem;
        }

        _run.Warn(problem, TrainingLog.Collapsed);
        return null;
    }
}
