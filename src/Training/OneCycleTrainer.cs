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
using Ocs.Training.Schedules;

namespace Ocs.Training;

/// <summary>Trains a network in one cycle: train, find the stable sub-network, cut, train on (Alg. 1). Without pruning options it just trains.</summary>
public sealed class OneCycleTrainer : IDisposable
{
    private readonly Graph _original;
    private readonly TrainingData _data;
    private readonly TrainingOptions _training;
    private readonly OneCycleOptions? _pruning;
    private readonly Sgd _optimizer;
    private readonly BatchLoader _loader;
    private readonly Device _device;
    private RunningNetwork _network;
    private OneCyclePruner? _pruner;
    private PruningRecord? _record;
    private GateResult? _gate;
    private ImmutableArray<LayerOutcome> _layers = [];
    private EvaluationResult? _evaluation;
    private double? _best;
    private (double Before, double After)? _accuracyAtCut;
    private int? _cutEpoch;
    private long _iterationsBehind;

    /// <summary>Prepares a run from random weights, or from <paramref name="start"/>, which the trainer then owns.</summary>
    public OneCycleTrainer(
        Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device = default,
        ParameterTable? start = null)
    {
        training.Validate();
        pruning?.Validate();
        CheckFit(graph, data);
        graph = graph.WithNormalization(data.Train.Normalization.Mean, data.Train.Normalization.StandardDeviation);
        (_original, _data, _training, _pruning, _device) = (graph, data, training, pruning, device);
        _optimizer = new(training);
        _loader = new(data.Train, BatchLoaderOptions.Train(training.BatchSize, data.Augmentation, training.Seed) with
        {
            DropLast = training.DropLast,
            Device = device,
        });
        _network = new(graph, start ?? ParameterTable.Initialize(graph, training.Seed, device));
        if (start is not null)
        {
            // Dropout and its like still draw from the seed.
            TorchRuntime.Seed(training.Seed);
        }

        _pruner = pruning is null ? null : new(graph, _network.Parameters, pruning);
    }

    /// <summary>Sees the run as it goes.</summary>
    public ITrainingObserver Observer { get; init; } = new NoObserver();

    /// <summary>How the gate saves and loads the cut network; null leaves that check out.</summary>
    public PruneProofGate.SaveAndReload? Reload { get; init; }

    /// <summary>The run's resolved options, for the pruning record.</summary>
    public string OptionsText { get; init; } = "";

    /// <summary>Runs to the end, or until it is stopped, then after the step.</summary>
    public TrainingResult Run(CancellationToken stop = default)
    {
        var start = Stopwatch.GetTimestamp();
        var pruner = _pruner;
        // A target that cannot be reached is told before anything is trained.
        _ = _pruner?.CurrentPartition;
        Arrange(padding: null);
        var epoch = 0;
        for (; epoch < _training.Epochs && !stop.IsCancellationRequested; epoch++)
        {
            var plan = _pruner?.BeginEpoch(epoch);
            if (plan?.Phase == Phase.Final)
            {
                Cut(epoch);
            }

            var trained = TrainEpoch(epoch, plan, stop);
            if (trained is null)
            {
                break;
            }

            Evaluate(epoch, plan, trained);
            if (_pruner?.CutsAfter(epoch) == true)
            {
                Cut(epoch + 1);
            }
        }

        if (_pruner is not null && epoch == _training.Epochs)
        {
            Observer.Message($"The sub-network did not become stable in {epoch} epochs; the network is cut at the end.");
            _pruner.BeginEpoch(epoch);
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
            Groups = pruner?.Coupling.Groups ?? [],
            Layers = _layers,
            Stopped = epoch < _training.Epochs,
            EpochsDone = epoch,
            ValidationAccuracy = _evaluation?.Accuracy,
            ValidationLoss = _evaluation?.Loss,
            BestAccuracy = _best,
            AccuracyAtCutBefore = _accuracyAtCut?.Before,
            AccuracyAtCutAfter = _accuracyAtCut?.After,
            SparsityStartEpoch = pruner?.SparsityStartEpoch,
            StableEpoch = pruner?.StableEpoch,
            CutEpoch = _cutEpoch,
            TotalSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    public void Dispose()
    {
        _loader.Dispose();
        _optimizer.Dispose();
        _pruner?.Dispose();
        _network.Dispose();
    }

    // One pass over the data; null when it was stopped on the way.
    private EpochOutcome? TrainEpoch(int epoch, EpochPlan? plan, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var waited = _loader.WaitSeconds;
        var (step, seen, lossSum, correct, rate) = (0, 0L, 0.0, 0L, 0.0);
        foreach (var batch in _loader.Epoch(epoch))
        {
            using (batch)
            {
                var iteration = (long)epoch * _loader.BatchesPerEpoch + step - _iterationsBehind;
                rate = RateAt(iteration);
                using var logits = _network.Executor.Forward(batch.Images, training: true);
                using var loss = Aten.CrossEntropy(logits, batch.Labels, _training.LabelSmoothing);
                var value = loss.Item<double>();
                if (!double.IsFinite(value))
                {
                    throw new OcsInputException(
                        $"The loss is {value} in epoch {epoch}, step {step}: training has diverged; lower learning-rate or add warmup-epochs.");
                }

                Autograd.Backward(loss);
                _pruner?.AddPenaltyGradient();
                _optimizer.Step(_network.Parameters, rate);
                _pruner?.Shrink(_pruning!.Timing == PhaseTiming.Official ? RateAt(iteration + 1) : rate);

                (step, seen, lossSum) = (step + 1, seen + batch.Count, lossSum + value * batch.Count);
                correct += Evaluation.Correct(logits, batch.Labels);
            }

            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Observer.StepDone(new(
                epoch, _training.Epochs, step, _loader.BatchesPerEpoch, _record is null ? plan?.Phase ?? Phase.Train : Phase.Final,
                lossSum / seen, (double)correct / seen, seen / elapsed, plan?.AverageJ, plan?.Lambda, Remaining(epoch, step, elapsed)));
            if (stop.IsCancellationRequested)
            {
                return null;
            }
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(lossSum / seen, (double)correct / seen, rate, seconds, seen / seconds, (_loader.WaitSeconds - waited) / seconds);
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
            Norms = plan?.Partition is { } partition ? ChannelNorms.Of(partition) : null,
        });
        HandOverIfBest();
    }

    // Once it is to be pruned, only a pruned network can be the best one.
    private void HandOverIfBest()
    {
        if (_pruner is null && !(_evaluation!.Accuracy <= _best))
        {
            _best = _evaluation.Accuracy;
            HandOver(ModelKind.Best);
        }
    }

    // Lines 13 and 14 of Alg. 1. Nothing is replaced before the gate has passed.
    private void Cut(int epoch)
    {
        _cutEpoch = epoch;
        var pruner = _pruner!;
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
        _pruner = null;
        _network.Dispose();
        _network = new(plan.After, cut);
        Arrange(LanePadding.Plan(pruner.Coupling, partition.Subnetwork, plan));

        // The authors' program sets its new schedule one epoch back.
        _iterationsBehind = _pruning.Timing == PhaseTiming.Official ? _loader.BatchesPerEpoch : 0;
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

    private double RateAt(long iteration) => LearningRateSchedule.At(_training, iteration, _loader.BatchesPerEpoch);

    private TimeSpan Remaining(int epoch, int step, double secondsOfEpoch)
    {
        var stepsLeft = (long)(_training.Epochs - epoch) * _loader.BatchesPerEpoch - step;
        return TimeSpan.FromSeconds(secondsOfEpoch / step * stepsLeft);
    }

    private static void CheckFit(Graph graph, TrainingData data)
    {
        var input = graph.InputNodes.First().Shape;
        long[] image = [1, data.Train.Channels, data.Train.Height, data.Train.Width];
        if (!input.SequenceEqual(image))
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' takes inputs {NodeShapes.Show(input)}, but {data.Train.Name} has images {NodeShapes.Show([.. image])}; build the network for these images.");
        }

        var classes = graph.Nodes[graph.Outputs[0]].Shape[^1];
        if (classes != data.Train.ClassNames.Length)
        {
            throw new OcsInputException(
                $"Network '{graph.Name}' tells {classes} classes apart, but {data.Train.Name} has {data.Train.ClassNames.Length}; give the right number of classes.");
        }
    }

    private sealed record EpochOutcome(
        double Loss, double Accuracy, double LearningRate, double Seconds, double ImagesPerSecond, double WaitFraction);

    private sealed class NoObserver : ITrainingObserver;
}
