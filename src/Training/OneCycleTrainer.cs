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
    private readonly Sgd _optimizer;
    private readonly BatchLoader _loader;
    private readonly EpochLoop _epochs;
    private readonly EpochClock _clock;
    private readonly List<EpochSpeed> _speeds = [];
    private readonly Device _device;
    private readonly Generator _generator;
    private readonly Replicas _replicas;
    private readonly bool _captures;
    private readonly OneCyclePruner? _cycle;
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
        pruning?.Validate();
        data.CheckFit(graph);
        _precisions = training.Precision.Candidates(device);
        graph = graph.WithNormalization(data.Train.Normalization.Mean, data.Train.Normalization.StandardDeviation);
        (_original, _data, _training, _pruning, _device) = (graph, data, training, pruning, device);
        _optimizer = new(training);
        _replicas = new(group);
        _captures = TrainingSteps.Captures(training, device, profile, _replicas.Count);
        _loader = new(data.Train, BatchLoaderOptions.Train(training.BatchSize, data.Augmentation, training.Seed) with
        {
            DropLast = training.DropLast,
            Device = device,
            Shard = _replicas.Shard,
            Resident = device.Kind == DeviceKind.Cuda,
        });
        _replicas.RequireImages(_loader);
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

    /// <summary>How the gate saves and loads the cut network; null leaves that check out.</summary>
    public PruneProofGate.SaveAndReload? Reload { get; set; }

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
            _replicas.AverageStatistics(_network.Graph, _network.Parameters);
        }
        else if (Pruner is { } pruner)
        {
            Observer.Message($"The sub-network did not become stable in {epoch} epochs; the network is cut at the end.");
            pruner.BeginEpoch(epoch);
            Cut(epoch);
            HandOverIfBest();
        }

        if (_replicas.Drift(_network.Parameters) is { } drift)
        {
            Observer.Message(drift);
        }

        HandOver(ModelKind.Last);
        return new()
        {
            Original = _original,
            Graph = _network.Graph,
            Parameters = _network.Release(),
            Record = _record,
            Gate = _gate,
            Groups = _cycle?.Coupling.Groups ?? [],
            Layers = _layers,
            Stopped = epoch < _training.Epochs,
            EpochsDone = epoch,
            ValidationAccuracy = _evaluation?.Accuracy,
            ValidationLoss = _evaluation?.Loss,
            BestAccuracy = _best,
            AccuracyAtCutBefore = _accuracyAtCut?.Before,
            AccuracyAtCutAfter = _accuracyAtCut?.After,
            SparsityStartEpoch = _cycle?.SparsityStartEpoch,
            StableEpoch = _cycle?.StableEpoch,
            CutEpoch = _cutEpoch,
            Precision = _network.Precision,
            StepSpeed = _network.StepSpeed,
            ImagesPerSecondBefore = MedianSpeed(isCut: false),
            ImagesPerSecondAfter = MedianSpeed(isCut: true),
            TotalSeconds = Seconds,
        };
    }

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
        var record = new RunRecord
        {
            Epoch = epoch,
            Phase = _record is not null ? RunPhase.Final : plan?.Phase == Phase.Sparsity ? RunPhase.Sparsity : RunPhase.Train,
            TrainLoss = trained.Loss,
            TrainAccuracy = trained.Accuracy,
            ValAccuracy = _evaluation.Accuracy,
            ValLoss = _evaluation.Loss,
            J = plan?.J,
            JAvg = plan?.AverageJ,
            Lambda = plan?.Lambda,
            Lr = trained.LearningRate,
            Macs = _network.Graph.Macs,
            Parameters = _network.Graph.ParameterCount,
            Seconds = trained.Seconds,
            ImagesPerSecond = trained.ImagesPerSecond,
            WaitFraction = trained.WaitFraction,
            SearchSeconds = plan?.SearchSeconds,
            Norms = plan?.Partition is { } partition ? ChannelNorms.Of(partition) : null,
            Forecast = Forecast(epoch, plan),
        };
        _speeds.Add(new(_record is not null, trained.ImagesPerSecond));
        Observer.EpochDone(record);
        HandOverIfBest();
        return record;
    }

    private RunForecast Forecast(int epoch, EpochPlan? plan) => new()
    {
        StableEpoch = _record is null && plan?.PredictedStableEpoch < _training.Epochs ? plan.PredictedStableEpoch : null,
        SecondsLeft = Seconds / (epoch + 1) * (_training.Epochs - epoch - 1),
        Macs = _record is null ? plan?.PredictedMacs : null,
    };

    private EvaluationResult Measure()
    {
        _replicas.AverageStatistics(_network.Graph, _network.Parameters);
        return _network.Evaluate(_data.Test, _training.EvaluationBatchSize, _device, _replicas);
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
        foreach (var remark in partition.Remarks(_pruning!.Target))
        {
            Observer.Message(remark);
        }

        _replicas.RequireEqual(partition.Subnetwork);
        _evaluation ??= Measure();
        var plan = CutPlan.Create(pruner.Coupling, partition.Subnetwork);
        var cut = plan.Apply(_network.Parameters);
        var promised = Pruning.Search.ResourceConstraint.Macs(pruner.Coupling).Count(partition.Subnetwork);
        using (var probe = _loader.Epoch(0).First())
        {
            _gate = PruneProofGate.Check(pruner.Coupling, partition.Subnetwork, plan, _network.Parameters, cut, probe.Images, promised, Reload);
        }

        if (!_gate.Passed)
        {
            cut.Dispose();
            HandOver(ModelKind.Last);
            throw new InvalidOperationException(
                $"The cut is not proven right, so it was not made, and the uncut network is handed over: {_gate.Problem}");
        }

        _layers = LayerOutcome.Of(pruner.Coupling, plan.After, partition);
        _record = Record(pruner, partition, plan.After);
        if (_pruning!.OptimizerAtCut == OptimizerAtCut.Restart)
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
        _network = new(plan.After, cut, _generator);
        Arrange(LanePadding.Plan(pruner.Coupling, partition.Subnetwork, plan), whole);

        // The authors' program sets its new schedule one epoch back.
        _epochs.IterationsBehind = _pruning.Timing == PhaseTiming.Official ? _loader.BatchesPerEpoch : 0;
        var before = _evaluation.Accuracy;
        _evaluation = Measure();
        _accuracyAtCut = (before, _evaluation.Accuracy);
        Observer.Message(
            $"Cut {(pruner.WasForced ? "as late as allowed" : "stable")}: {plan.Before.Macs:N0} to {plan.After.Macs:N0} MACs, accuracy {before:P2} to {_evaluation.Accuracy:P2}; the gate passed.");
    }

    private PruningRecord Record(OneCyclePruner pruner, Pruning.Search.Partition partition, Graph after) => new()
    {
        OriginalModel = _original.Name,
        Groups = [.. pruner.Coupling.Groups.Zip(partition.Subnetwork.Kept, (group, kept) => new GroupRecord(group.Id, group.Name, group.Channels, kept))],
        MacsBefore = _original.Macs,
        MacsAfter = after.Macs,
        ParametersBefore = _original.ParameterCount,
        ParametersAfter = after.ParameterCount,
        Target = _pruning!.Target,
        StableEpoch = pruner.StableEpoch,
        CutEpoch = _cutEpoch,
        SparsityStartEpoch = pruner.SparsityStartEpoch,
        Seed = _training.Seed,
        Options = OptionsText,
    };

    private void Arrange(CutPlan? padding, RunningNetwork? whole = null)
    {
        using var batch = _loader.Epoch(0).First();
        _precisions = Trainable(batch.Images);
        var (padded, sentence) = _network.Arrange(_training, _precisions, padding, batch.Images, _captures, _replicas, whole);
        _precisions = [_network.Precision];
        if (padded)
        {
            _optimizer.Expand(padding!);
        }

        _replicas.Reduce(_network.Parameters);
        Observer.Message(sentence);
        _loader.MemoryFormat = _network.Executor.MemoryFormat;
    }

    private double? MedianSpeed(bool isCut)
    {
        List<double> speeds = [.. _speeds.Where(epoch => epoch.IsCut == isCut).Select(epoch => epoch.ImagesPerSecond).Order()];
        return speeds.Count == 0 ? null : (speeds[(speeds.Count - 1) / 2] + speeds[speeds.Count / 2]) / 2;
    }

    private void HandOver(ModelKind kind) =>
        _network.Lend(parameters => Observer.ModelReady(kind, _network.Graph, parameters, _record));

    private sealed class NoObserver : ITrainingObserver;
}
