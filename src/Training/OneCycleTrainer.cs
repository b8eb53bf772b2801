using System.Diagnostics.CodeAnalysis;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Metrics;

namespace Ocs.Training;

/// <summary>
/// Trains a network in one cycle: train, find the stable sub-network, cut, train on (Alg. 1). Without pruning options
/// it just trains.
/// </summary>
public sealed class OneCycleTrainer : IDisposable
{
    private readonly TrainingContext _run;
    private readonly EpochLoop _epochs;
    private readonly Evaluator _evaluator;
    private readonly Arranger _arranger;
    private readonly CutStep _cut;
    private readonly CheckpointKeeper _keeper;
    private readonly Resumption? _resumption;
    private EpochPlan? _plan;

    /// <summary>Prepares a run from random weights, drawn by <see cref="TrainingOptions.Seed"/>.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="data">What it is trained on and measured on, and for what task.</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="pruning">What is to leave, and when; null just trains.</param>
    /// <param name="setup">Where it runs; null for this process on the CPU.</param>
    /// <exception cref="OcsInputException">
    /// An option is out of range, or network, data and task do not fit each other.
    /// </exception>
    public OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null)
        : this(new(graph, data, training, pruning, setup ?? new()), setup, start: null, checkpoint: null)
    {
    }

    /// <summary>Prepares a run from the weights of a network, which the trainer then owns.</summary>
    /// <inheritdoc
    /// cref="OneCycleTrainer(Graph, TrainingData, TrainingOptions, OneCycleOptions?, TrainerSetup?)"
    /// path="/param[@name != 'graph']"/>
    /// <inheritdoc
    /// cref="OneCycleTrainer(Graph, TrainingData, TrainingOptions, OneCycleOptions?, TrainerSetup?)"
    /// path="/exception"/>
    public OneCycleTrainer(
        Network network, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null)
        : this(new(network.Graph, data, training, pruning, setup ?? new()), setup, network, checkpoint: null)
    {
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The context owns the network.")]
    private OneCycleTrainer(TrainingContext run, TrainerSetup? setup, Network? start, Checkpoint? checkpoint)
    {
        _run = run;
        _resumption = checkpoint is null ? null : new(run, checkpoint);
        run.Begin(_resumption?.Network() ?? new(
            run.Original,
            start is null
                ? ParameterTable.Initialize(run.Original, run.Generator, run.Device)
                : On(run.Device, start.Parameters),
            run.Generator));
        _evaluator = new(run);
        _arranger = new(run);
        _keeper = new(run);
        _epochs = new(run, _keeper, setup?.Steps);
        _cut = new(run, _evaluator, _arranger, _epochs);
    }

    /// <summary>Sees the run as it goes; of several processes only rank 0's does.</summary>
    public ITrainingObserver Observer
    {
        get => _run.Observer;
        set => _run.Observer = value;
    }

    private TrainerState State
    {
        get => _run.State;
        set => _run.State = value;
    }

    /// <summary>
    /// Goes on from a checkpoint of a run with the same data and options; the trainer then owns its tensors. Of several
    /// processes each reads the checkpoint; one that the run did not have before begins with the running statistics of
    /// rank 0.
    /// </summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="data">The data that the run began with.</param>
    /// <param name="training">The options that it began with.</param>
    /// <param name="pruning">The same.</param>
    /// <param name="setup">Where it runs; null for this process on the CPU.</param>
    /// <exception cref="OcsInputException">The checkpoint is of another run.</exception>
    internal static OneCycleTrainer Resume(
        Checkpoint checkpoint, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null)
    {
        Resumption.CheckFit(checkpoint, data, training, pruning);
        var run = new TrainingContext(checkpoint.Original, data, training, pruning, setup ?? new());
        var trainer = new OneCycleTrainer(run, setup, start: null, checkpoint);
        try
        {
            trainer._plan = trainer._resumption!.Restore();
            return trainer;
        }
        catch (Exception error)
        {
            trainer.Dispose();
            throw Resumption.IsForeign(error) ? Resumption.Foreign(checkpoint, error) : error;
        }
    }

    /// <summary>Runs to the end, or until it is stopped, then after the step.</summary>
    /// <exception cref="TrainingFailedException">Training has diverged, or the cut is not proven right.</exception>
    public TrainingResult Run(CancellationToken stop = default)
    {
        using var _ = ProcessClaim.Take(_run.Training, _run.Original, _run.Device);
        _run.Start(_resumption is null ? 0 : State.Seconds);
        _keeper.Start();
        if (_resumption is null)
        {
            Begin();
        }
        else
        {
            _resumption.GoOn(_arranger);
        }

        _run.Clock.Take();
        for (;
            State.Epoch < _run.Training.Epochs && !_run.Replicas.IsStopped(stop);
            State = State with { Epoch = State.Epoch + 1 })
        {
            if (State.Progress is null)
            {
                _plan = _run.Pruner?.BeginEpoch(State.Epoch);
                _run.Clock.Add(TrainingActivity.Search);
                if (_plan?.Phase == Phase.Final)
                {
                    _cut.Make(State.Epoch);
                }

                State = State with { Decision = _plan is null ? null : EpochDecision.Of(_plan) };
            }

            if (_epochs.Train(_plan, stop) is not { } trained)
            {
                break;
            }

            End(Evaluate(trained));
        }

        return Finish();
    }

    /// <summary>What a run came to that has failed with a <see cref="TrainingFailedException"/>.</summary>
    public TrainingResult Leave(TrainingFailedException failure) => TrainingResult.Of(_run, failure.Message);

    /// <summary>Releases network, optimiser and data.</summary>
    public void Dispose()
    {
        _epochs.Dispose();
        _run.Dispose();
        _resumption?.Dispose();
    }

    private static ParameterTable On(Device device, ParameterTable parameters)
    {
        if (parameters.Names.All(name => parameters[name].Device == device))
        {
            return parameters;
        }

        using (parameters)
        {
            return parameters.To(device);
        }
    }

    private void Begin()
    {
        if (_run.Device.Kind != DeviceKind.Cpu)
        {
            // There dropout draws from the device's own generator.
            TorchRuntime.Seed(_run.Training.Seed);
        }

        _run.Replicas.BeginAlike(_run, "", position: 0);
        _run.Network.BeginAverage(_run.Training.EmaDecay);

        // A target that can't be reached is an error before anything is trained.
        _run.Pruner?.ChoosePartition();
        _arranger.Arrange(padding: null);
        _keeper.Save(State.Epoch);
    }

    private RunRecord Evaluate(EpochOutcome trained)
    {
        _run.Clock.Add(TrainingActivity.Other);
        var evaluation = _evaluator.Measure();
        _run.Clock.Add(TrainingActivity.Evaluation);
        State = State with { Speeds = State.Speeds.Add(new(State.Record is not null, trained.SamplesPerSecond)) };
        var record = EpochRecord.Of(_run, _plan, trained, evaluation);
        _run.Seen.EpochDone(record);
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
            _run.Seen.Message(drift);
        }

        _run.HandOver(ModelKind.Last);
        return TrainingResult.Of(_run, isStopped ? null : Problem());
    }

    private void CutAtEnd()
    {
        if (_run.Pruner is not { } pruner)
        {
            return;
        }

        if (pruner.BeginEpoch(State.Epoch).Phase != Phase.Final)
        {
            pruner.ForceCut();
            _run.Warn(
                $"The sub-network did not become stable in {State.Epoch} epochs; the network is cut at the end, "
                + "and is not trained after it.");
        }

        _cut.Make(State.Epoch);
        _evaluator.HandOverIfBest();
    }

    // Without a cut nothing was ruined.
    private string? Problem()
    {
        var problem = State.Evaluation is { } end
            ? Collapse.AtEnd(_run.Guessing, State.BeforeCut?.Headline, end.Headline)
            : null;
        if (problem is null || _run.Pruning is not null)
        {
            return problem;
        }

        _run.Warn(problem);
        return null;
    }
}
