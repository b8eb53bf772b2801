using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Distributed;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;
using Ocs.Training.Steps;

namespace Ocs.Training;

/// <summary>Trains a network in one cycle: train, find the stable sub-network, cut, train on (Alg. 1). Without pruning options it just trains.</summary>
public sealed partial class OneCycleTrainer : IDisposable
{
    private readonly Graph _original;
    private readonly TrainingData _data;
    private readonly TrainingOptions _training;
    private readonly OneCycleOptions? _pruning;
    private readonly IOptimizer _optimizer;
    private readonly BatchLoader _loader;
    private readonly EpochLoop _epochs;
    private readonly EpochClock _clock;
    private readonly List<EpochSpeed> _speeds = [];
    private readonly Device _device;
    private readonly Generator _generator;
    private readonly Replicas _replicas;
    private readonly bool _captures;
    private readonly OneCyclePruner? _cycle;
    private readonly Guessing _guessing;
    private readonly List<string> _warnings = [];
    private IReadOnlyList<Precision> _precisions;
    private RunningNetwork _network;
    private int _epoch;
    private EpochPlan? _plan;
    private PruningRecord? _record;
    private GateResult? _gate;
    private ImmutableArray<LayerOutcome> _layers = [];
    private EvaluationResult? _evaluation;
    private double? _best;
    private (double Before, double After)? _accuracyAtCut;
    private int? _cutEpoch;

    /// <summary>Prepares a run from random weights, or from <paramref name="start"/>, which the trainer then owns.</summary>
    /// <param name="profile">Whether other devices than the CPU are waited for after each part of a step.</param>
    /// <param name="group">
    /// The processes that share the run, each with a trainer of the same arguments; lent. Batch sizes count the images of all of them.
    /// </param>
    public OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device = default,
        ParameterTable? start = null, bool profile = false, ProcessGroup? group = null)
        : this(graph, data, training, pruning, device, start, profile, group, steps: null)
    {
    }

    /// <summary>The same with another way to take steps.</summary>
    internal OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device, ParameterTable? start,
        bool profile, ProcessGroup? group, Func<ITrainingStep>? steps)
        : this(
            graph, data, training, pruning, device, profile, group, steps,
            (whole, generator) => new(whole, start ?? ParameterTable.Initialize(whole, generator, device), generator))
    {
    }

    private OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device, bool profile,
        ProcessGroup? group, Func<ITrainingStep>? steps, Func<Graph, Generator, RunningNetwork> begin)
    {
        training.Validate();
        pruning?.ValidateFor(training.Epochs);
        pruning = pruning?.For(training.Epochs);
        data.CheckFit(graph);
        _precisions = training.Precision.Candidates(device);
        graph = graph.WithNormalization(data.Train.Normalization.Mean, data.Train.Normalization.StandardDeviation);
        (_original, _data, _training, _pruning, _device) = (graph, data, training, pruning, device);
        _guessing = Guessing.On(data.Test);
        _optimizer = training.CreateOptimizer();
        _replicas = new(group);
        _captures = TrainingSteps.Captures(training, device, profile, _replicas.Count);
        _loader = TrainingBatches.Of(data, training, device, _replicas);
        _generator = new(training.Seed);
        _network = begin(graph, _generator);
        _cycle = pruning is null ? null : new(graph, _network.Parameters, pruning) { Agree = _replicas.Agree };
        _clock = new(profile && device.Kind != DeviceKind.Cpu ? device : null);
        _epochs = new(
            training, pruning, _loader, _optimizer, _clock, device, _replicas,
            steps ?? (() => TrainingSteps.For(training, device, _captures)))
        {
            IsSaveDue = IsSaveDue,
            Save = () => Save(_epoch),
        };
    }

    /// <summary>Sees the run as it goes; of several processes only rank 0's does.</summary>
    public ITrainingObserver Observer { get; set => field = _replicas.IsFirst ? value : new NoObserver(); } = new NoObserver();

    // After the cut the method has done its work, and only has things to tell.
    private OneCyclePruner? Pruner => _record is null ? _cycle : null;

    /// <summary>The run's resolved options, for the pruning record.</summary>
    public string OptionsText { get; set; } = "";

    /// <summary>Runs to the end, or until it is stopped, then after the step.</summary>
    public TrainingResult Run(CancellationToken stop = default)
    {
        using var _ = ProcessClaim.Take(_training, _original, _device);
        _started = _saved = Stopwatch.GetTimestamp();
        if (_isResumed)
        {
            GoOn();
        }
        else
        {
            Begin();
        }

        _clock.Take();
        for (; _epoch < _training.Epochs && !_replicas.IsStopped(stop); _epoch++)
        {
            if (_epochs.Progress is null)
            {
                _plan = Pruner?.BeginEpoch(_epoch);
                _clock.Add(TrainingActivity.Search);
                if (_plan?.Phase == Phase.Final)
                {
                    Cut(_epoch);
                }
            }

            var trained = _epochs.Train(_epoch, _network, Pruner, _plan, _record is not null, Observer, stop);
            if (trained is null)
            {
                break;
            }

            End(Evaluate(_epoch, _plan, trained));
        }

        return Finish();
    }

    private void Begin()
    {
        if (_device.Kind != DeviceKind.Cpu)
        {
            // There dropout draws from the device's own generator.
            TorchRuntime.Seed(_training.Seed);
        }

        Agree(where: "", position: 0);
        _network.BeginAverage(_training.EmaDecay);
        // A target that cannot be reached is told before anything is trained.
        _ = Pruner?.CurrentPartition;
        Arrange(padding: null);
        Save(_epoch);
    }

    private void End(RunRecord record)
    {
        var macs = _network.MacsAsRun;
        if (Pruner?.CutsAfter(_epoch) == true)
        {
            Cut(_epoch + 1);
        }

        Save(_epoch + 1);
        Observer.EpochProfiled(new()
        {
            Epoch = _epoch,
            Phase = record.Phase,
            Images = _loader.Samples,
            Macs = macs,
            Seconds = _clock.Take(),
        });
    }

    private TrainingResult Finish()
    {
        var epoch = _epoch;
        if (epoch < _training.Epochs)
        {
            Save(epoch);
            _network.AverageStatistics(_replicas);
        }
        else if (Pruner is { } pruner)
        {
            if (pruner.BeginEpoch(epoch).Phase != Phase.Final)
            {
                pruner.ForceCut();
                Warn($"The sub-network did not become stable in {epoch} epochs; the network is cut at the end, and is not trained after it.");
            }

            Cut(epoch);
            HandOverIfBest();
        }

        if (_replicas.Drift(_network.Parameters) is { } drift)
        {
            Observer.Message(drift);
        }

        HandOver(ModelKind.Last);
        return Result(epoch < _training.Epochs ? null : Problem());
    }

    // Without a cut nothing was ruined.
    private string? Problem()
    {
        var problem = _evaluation is null ? null : Collapse.AtEnd(_guessing, _accuracyAtCut?.Before, _evaluation.Accuracy);
        if (problem is null || _pruning is not null)
        {
            return problem;
        }

        Warn(problem);
        return null;
    }

    private TrainingResult Result(string? problem) => new()
    {
        Original = _original,
        Graph = _network.Graph,
        Parameters = _network.Release(),
        Record = _record,
        Gate = _gate,
        Groups = _cycle?.Coupling.Groups ?? [],
        Layers = _layers,
        Stopped = _epoch < _training.Epochs,
        EpochsDone = _epoch,
        Evaluation = _evaluation,
        BestAccuracy = _best,
        AccuracyAtCutBefore = _accuracyAtCut?.Before,
        AccuracyAtCutAfter = _accuracyAtCut?.After,
        SparsityStartEpoch = _cycle?.SparsityStartEpoch,
        StableEpoch = _cycle?.StableEpoch,
        WasForced = _record is not null && _cycle!.WasForced,
        CutEpoch = _cutEpoch,
        Warnings = [.. _warnings],
        Problem = problem,
        Precision = _network.Precision,
        StepSpeed = _network.StepSpeed,
        ImagesPerSecondBefore = EpochSpeed.Median(_speeds, isCut: false),
        ImagesPerSecondAfter = EpochSpeed.Median(_speeds, isCut: true),
        TotalSeconds = Seconds,
    };

    /// <summary>What a run came to that has failed with a <see cref="TrainingFailedException"/>.</summary>
    public TrainingResult Leave(TrainingFailedException failure) => Result(failure.Message);

    public void Dispose()
    {
        _epochs.Dispose();
        _loader.Dispose();
        _replicas.Dispose();
        _optimizer.Dispose();
        _cycle?.Dispose();
        _network.Dispose();
        _generator.Dispose();
        _resumed?.ReleaseStatistics();
    }

    private RunRecord Evaluate(int epoch, EpochPlan? plan, EpochOutcome trained)
    {
        _clock.Add(TrainingActivity.Other);
        _evaluation = Measure();
        _clock.Add(TrainingActivity.Evaluation);
        var record = EpochRecord.Of(
            epoch, plan, trained, _evaluation, _network.Graph, isCut: _record is not null, _training.Epochs, Seconds);
        _speeds.Add(new(_record is not null, trained.ImagesPerSecond));
        Observer.EpochDone(record);
        RequireFinite($"after epoch {epoch}");
        HandOverIfBest();
        return record;
    }

    private EvaluationResult Measure() => _network.Evaluate(_data.Test, _training.EvaluationBatchSize, _device, _replicas);

    // Checkpoints and networks to keep come after it.
    private void RequireFinite(string when)
    {
        if (!double.IsFinite(_evaluation!.Loss))
        {
            var steps = (long)_epoch * _loader.BatchesPerEpoch + (_epochs.Progress?.Steps ?? _loader.BatchesPerEpoch);
            throw Divergence.OfEvaluation(_evaluation.Loss, when, _network.Graph, steps);
        }
    }

    // Once it is to be pruned, only a pruned network can be the best one.
    private void HandOverIfBest()
    {
        if (Pruner is null && !(_evaluation!.Accuracy <= _best))
        {
            _best = _evaluation.Accuracy;
            HandOver(ModelKind.Best);
        }
    }

    // Lines 13 and 14 of Alg. 1. Nothing is replaced before the gate has passed.
    private void Cut(int epoch)
    {
        _cutEpoch = epoch;
        var pruner = Pruner!;
        var partition = pruner.CurrentPartition;
        foreach (var remark in partition.Remarks(_pruning!.Target, [.. pruner.Coupling.Groups.Select(group => group.Name)]))
        {
            Warn(remark);
        }

        _replicas.RequireEqual(partition.Subnetwork);
        _evaluation ??= Measure();
        RequireFinite("before the cut");
        using var cut = Prove(pruner, partition);
        var plan = cut.Plan;
        HandOver(ModelKind.Whole);
        _layers = LayerOutcome.Of(pruner.Coupling, plan.After, partition);
        _record = pruner.RecordOf(cut, epoch) with { Seed = _training.Seed, Options = OptionsText };
        if (_pruning.OptimizerAtCut == OptimizerAtCut.Restart)
        {
            _optimizer.Restart();
        }
        else
        {
            _optimizer.Cut(plan);
        }

        pruner.Dispose();
        _epochs.Forget();
        using var whole = _network;
        _network = new(plan.After, cut.Release().Parameters, _generator);
        _network.TakeAverage(whole, plan);
        _network.Recalibrate(_loader, epoch, _pruning.RecalibrationBatches, PartSize);
        Arrange(LanePadding.Plan(pruner.Coupling, partition.Subnetwork, plan), whole);

        // The authors' program sets its new schedule one epoch back.
        _epochs.IterationsBehind = _pruning.Timing == PhaseTiming.Official ? _loader.BatchesPerEpoch : 0;
        var before = _evaluation.Accuracy;
        _evaluation = Measure();
        _accuracyAtCut = (before, _evaluation.Accuracy);
        Observer.Message(
            $"Cut {(pruner.WasForced ? "before the sub-network was stable" : "with a stable sub-network")}: {plan.Before.Macs:N0} to {plan.After.Macs:N0} MACs, accuracy {before:P2} to {_evaluation.Accuracy:P2}; the gate passed.");
        RequireFinite("after the cut");
        if (Collapse.AtCut(_guessing, before, _evaluation.Accuracy) is { } warning)
        {
            Warn(warning);
        }
    }

    private ProvenCut Prove(OneCyclePruner pruner, Pruning.Search.Partition partition)
    {
        using var batch = _loader.Epoch(0).First();
        using var probe = TrainingBatches.FirstPart(batch, PartSize);
        try
        {
            var cut = ProvenCut.Make(pruner.Search, partition, _network.Parameters, probe);
            _gate = cut.Gate;
            return cut;
        }
        catch (UnprovenCutException error)
        {
            _gate = error.Gate;
            HandOver(ModelKind.Last);
            throw CutNotProvenException.Of(error);
        }
    }

    private void Warn(string sentence)
    {
        _warnings.Add(sentence);
        Observer.Message(sentence);
    }

    private void Arrange(CutPlan? padding, RunningNetwork? whole = null)
    {
        using var batch = _loader.Epoch(0).First();
        using var images = TrainingBatches.FirstPart(batch, PartSize);
        _precisions = Trainable(images);
        var (padded, sentence) = _network.Arrange(_training, _precisions, padding, images, _captures, _replicas, whole);
        _precisions = [_network.Precision];
        if (padded)
        {
            _optimizer.Expand(padding!);
        }

        _replicas.Reduce(_network.Parameters);
        Observer.Message(sentence);
        _loader.MemoryFormat = _network.Executor.MemoryFormat;
    }

    private void HandOver(ModelKind kind) => _network.Lend(parameters => Observer.ModelReady(kind, _network.Graph, parameters, _record));
}
