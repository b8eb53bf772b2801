using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.Data;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;

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
    private readonly Device _device;
    private readonly OneCyclePruner? _cycle;
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
    public OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device = default,
        ParameterTable? start = null)
        : this(graph, data, training, pruning, device, whole => Begin(whole, start, training.Seed, device))
    {
    }

    private OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device,
        Func<Graph, RunningNetwork> begin)
    {
        training.Validate();
        pruning?.Validate();
        data.CheckFit(graph);
        graph = graph.WithNormalization(data.Train.Normalization.Mean, data.Train.Normalization.StandardDeviation);
        (_original, _data, _training, _pruning, _device) = (graph, data, training, pruning, device);
        _optimizer = new(training);
        _loader = new(data.Train, BatchLoaderOptions.Train(training.BatchSize, data.Augmentation, training.Seed) with
        {
            DropLast = training.DropLast,
            Device = device,
        });
        _network = begin(graph);
        _cycle = pruning is null ? null : new(graph, _network.Parameters, pruning);
        _epochs = new(training, pruning, _loader, _optimizer) { StepDone = SaveIfDue };
    }

    /// <summary>Sees the run as it goes.</summary>
    public ITrainingObserver Observer { get; set; } = new NoObserver();

    /// <summary>How the gate saves and loads the cut network; null leaves that check out.</summary>
    public PruneProofGate.SaveAndReload? Reload { get; set; }

    // After the cut the method has done its work, and only has things to tell.
    private OneCyclePruner? Pruner => _record is null ? _cycle : null;

    /// <summary>The run's resolved options, for the pruning record.</summary>
    public string OptionsText { get; set; } = "";

    /// <summary>Runs to the end, or until it is stopped, then after the step.</summary>
    public TrainingResult Run(CancellationToken stop = default)
    {
        _started = _saved = Stopwatch.GetTimestamp();
        if (!_isResumed)
        {
            // A target that cannot be reached is told before anything is trained.
            _ = Pruner?.CurrentPartition;
            Arrange(padding: null);
            Save(_epoch);
        }

        for (; _epoch < _training.Epochs && !stop.IsCancellationRequested; _epoch++)
        {
            if (_epochs.Progress is null)
            {
                _plan = Pruner?.BeginEpoch(_epoch);
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

            Evaluate(_epoch, _plan, trained);
            if (Pruner?.CutsAfter(_epoch) == true)
            {
                Cut(_epoch + 1);
            }

            Save(_epoch + 1);
        }

        if (_epoch < _training.Epochs)
        {
            Save(_epoch);
        }

        return Finish();
    }

    private TrainingResult Finish()
    {
        var epoch = _epoch;
        if (Pruner is not null && epoch == _training.Epochs)
        {
            Observer.Message($"The sub-network did not become stable in {epoch} epochs; the network is cut at the end.");
            Pruner.BeginEpoch(epoch);
            Cut(epoch);
            HandOverIfBest();
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
            TotalSeconds = Seconds,
        };
    }

    public void Dispose()
    {
        _loader.Dispose();
        _optimizer.Dispose();
        _cycle?.Dispose();
        _network.Dispose();
    }

    private static RunningNetwork Begin(Graph graph, ParameterTable? start, ulong seed, Device device)
    {
        if (start is not null)
        {
            // Dropout and its like still draw from the seed.
            TorchRuntime.Seed(seed);
        }

        return new(graph, start ?? ParameterTable.Initialize(graph, seed, device));
    }

    private void Evaluate(int epoch, EpochPlan? plan, EpochOutcome trained)
    {
        _evaluation = Evaluation.Run(_network.Executor, _data.Test, _training.EvaluationBatchSize, _device);
        Observer.EpochDone(new()
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
            PredictedStableEpoch = _record is null && plan?.PredictedStableEpoch < _training.Epochs ? plan.PredictedStableEpoch : null,
            PredictedMacs = _record is null ? plan?.PredictedMacs : null,
            SecondsLeft = Seconds / (epoch + 1) * (_training.Epochs - epoch - 1),
        });
        HandOverIfBest();
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
        if (partition.Note is { } note)
        {
            Observer.Message($"Target {_pruning!.Target:P2}: {note}");
        }

        _evaluation ??= Evaluation.Run(_network.Executor, _data.Test, _training.EvaluationBatchSize, _device);
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
        _network.Dispose();
        _network = new(plan.After, cut);
        Arrange(LanePadding.Plan(pruner.Coupling, partition.Subnetwork, plan));

        // The authors' program sets its new schedule one epoch back.
        _epochs.IterationsBehind = _pruning.Timing == PhaseTiming.Official ? _loader.BatchesPerEpoch : 0;
        var before = _evaluation.Accuracy;
        _evaluation = Evaluation.Run(_network.Executor, _data.Test, _training.EvaluationBatchSize, _device);
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

    private void Arrange(CutPlan? padding)
    {
        using var batch = _loader.Epoch(0).First();
        var (padded, sentence) = _network.Arrange(_training, padding, batch.Images);
        if (padded)
        {
            _optimizer.Expand(padding!);
        }

        Observer.Message(sentence);
        _loader.MemoryFormat = _network.Executor.MemoryFormat;
    }

    private void HandOver(ModelKind kind) =>
        _network.Lend(parameters => Observer.ModelReady(kind, _network.Graph, parameters, _record));

    private sealed class NoObserver : ITrainingObserver;
}
