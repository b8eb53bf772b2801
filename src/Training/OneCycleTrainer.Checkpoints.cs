using System.Diagnostics;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Distributed;

namespace Ocs.Training;

/// <content>The run as it stands, and going on from it.</content>
public sealed partial class OneCycleTrainer
{
    private bool _isResumed;
    private double _secondsBefore;
    private long _started = Stopwatch.GetTimestamp();
    private long _saved;
    private Checkpoint? _resumed;

    // The most images that go through the network at once in training.
    private int PartSize => TrainingBatches.PartSize(_training, _replicas.Count);

    private double Seconds => _secondsBefore + Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>
    /// Goes on from a checkpoint of a run with the same data and options; the trainer then owns its tensors. Of several processes each
    /// reads the checkpoint; one that the run did not have before begins with the running statistics of rank 0.
    /// </summary>
    /// <exception cref="OcsInputException">The checkpoint is of another run.</exception>
    public static OneCycleTrainer Resume(
        Checkpoint checkpoint, TrainingData data, TrainingOptions training, OneCycleOptions? pruning, Device device = default,
        ProcessGroup? group = null)
    {
        CheckFit(checkpoint, data, training, pruning);
        var trainer = new OneCycleTrainer(
            checkpoint.Original, data, training, pruning, device, profile: false, group, steps: null,
            (whole, generator) => Network(checkpoint, whole, training.EmaDecay, pruning, device, generator));
        try
        {
            trainer.Restore(checkpoint);
            return trainer;
        }
        catch (Exception error)
        {
            trainer.Dispose();
            if (error is TorchException or ArgumentException or InvalidOperationException or IndexOutOfRangeException or KeyNotFoundException
                or ArithmeticException)
            {
                throw Foreign(checkpoint, error);
            }

            throw;
        }
    }

    private static void CheckFit(Checkpoint checkpoint, TrainingData data, TrainingOptions training, OneCycleOptions? pruning)
    {
        var state = checkpoint.State;
        if (!CheckpointCheck.IsSound(checkpoint))
        {
            throw Foreign(checkpoint);
        }

        if ((state.TrainImages, state.TestImages) != (data.Train.Count, data.Test.Count))
        {
            throw new OcsInputException(
                $"The run was trained on {state.TrainImages} images and measured on {state.TestImages}, but {data.Train.Name} has {data.Train.Count} "
                + $"and {data.Test.Count} now; give back the data that it began with.");
        }

        if (state.Pruner is null != pruning is null || state.Epoch < 0 || state.Epoch > training.Epochs || state.Progress?.Steps < 1
            || (state.Arrangement.IsPadded && state.Record is null) || (state.Record is not null && state.Pruner?.IsRegularizing == true)
            || state.AccuracyAtCutBefore is null != state.AccuracyAtCutAfter is null
            || checkpoint.Average.Count == 0 != training.EmaDecay is null)
        {
            throw Foreign(checkpoint);
        }
    }

    private static OcsInputException Foreign(Checkpoint checkpoint, Exception? inner = null) =>
        new($"{checkpoint.Source} does not belong to these options; go on with those that the run began with.", inner!);

    private static RunningNetwork Network(
        Checkpoint checkpoint, Graph whole, double? emaDecay, OneCycleOptions? pruning, Device device, Generator generator)
    {
        var state = checkpoint.State;
        var padding = state.Arrangement.IsPadded ? Padding(state.Record!, whole, pruning!) : null;
        var graph = checkpoint.Cut ?? whole;
        var asRun = padding?.Before ?? graph;
        var network = new RunningNetwork(
            graph, ParameterTable.FromTensors(asRun, Moved(checkpoint.Parameters, device)), padding, state.Arrangement, generator);
        if (emaDecay is { } decay)
        {
            network.GoOnAveraging(new(ParameterTable.FromTensors(asRun, Moved(checkpoint.Average, device)), decay));
        }

        return network;
    }

    // The same function of the same cut as when it was made.
    private static CutPlan? Padding(PruningRecord record, Graph whole, OneCycleOptions pruning)
    {
        var coupling = new SubnetworkSearch(whole, pruning).Coupling;
        var subnetwork = new Subnetwork([.. record.Groups.Select(group => group.Kept)], [.. record.Groups.Select(group => group.Channels)]);
        return subnetwork.IsOf(coupling.Groups)
            ? LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork))
            : throw new OcsInputException("The checkpoint's cut is not of this network; go on with the options that the run began with.");
    }

    private static Dictionary<string, Tensor> Moved(IReadOnlyDictionary<string, Tensor> tensors, Device device) => tensors.ToDictionary(
        pair => pair.Key,
        pair =>
        {
            using var read = pair.Value;
            return read.To(device);
        },
        StringComparer.Ordinal);

    private void Restore(Checkpoint checkpoint)
    {
        var state = checkpoint.State;
        var channelsLast = state.ChannelsLastMomentum.ToHashSet(StringComparer.Ordinal);
        _optimizer.Restore(new()
        {
            Moments = checkpoint.Optimizer.Moments.ToDictionary(
                moment => moment.Key,
                IReadOnlyDictionary<string, Tensor> (moment) => Moved(moment.Value, _device).ToDictionary(
                    pair => pair.Key,
                    pair =>
                    {
                        using var moved = pair.Value;
                        return moved.Contiguous(channelsLast.Contains(pair.Key) ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);
                    },
                    StringComparer.Ordinal),
                StringComparer.Ordinal),
            Counters = Moved(checkpoint.Optimizer.Counters, _device),
        });
        if (state.Pruner is { } pruner)
        {
            _cycle!.Restore(pruner);
        }

        if (state.Progress?.Steps > _loader.BatchesPerEpoch)
        {
            throw Foreign(checkpoint);
        }

        _loader.MemoryFormat = state.Arrangement.Format;
        _precisions = [state.Arrangement.Precision];
        if (state.LossScale is { } scale && _epochs.Scaler is { } scaler)
        {
            scaler.State = (scale, state.LossScaleSteps);
        }

        _speeds.AddRange(state.Speeds);
        _warnings.AddRange(state.Warnings);
        (_epoch, _epochs.Progress, _epochs.IterationsBehind) = (state.Epoch, state.Progress, state.IterationsBehind);
        _plan = state.Decision?.With(state.Pruner?.Partition);
        (_record, _gate, _layers, _evaluation, _best) = (state.Record, state.Gate, state.Layers, state.Evaluation, state.Best);
        _accuracyAtCut = state.AccuracyAtCutBefore is { } before ? (before, state.AccuracyAtCutAfter!.Value) : null;
        (_cutEpoch, _secondsBefore, _isResumed) = (state.CutEpoch, state.Seconds, true);
        _resumed = checkpoint;
        Draw(state.Generator, state.DeviceGenerator);
    }

    // Goes on drawing from a state.
    private void Draw(byte[] generator, byte[]? deviceGenerator)
    {
        _generator.SetState(generator);
        if (deviceGenerator is not null && _device.Kind != DeviceKind.Cpu)
        {
            TorchRuntime.SetRngState(deviceGenerator, _device);
        }
    }

    private void GoOn()
    {
        var steps = _epochs.Progress?.Steps ?? 0;
        Agree($" from epoch {_epoch}, step {steps}", position: (long)_epoch * _loader.BatchesPerEpoch + steps);
        if (!_replicas.IsFirst)
        {
            try
            {
                GoOnAs(_resumed!.State.Others.ElementAtOrDefault(_replicas.Shard.Rank - 1));
            }
            catch (TorchException error)
            {
                throw Foreign(_resumed!, error);
            }
        }

        _resumed!.ReleaseStatistics();
        CheckPrecision();
        _replicas.Reduce(_network.Parameters);
    }

    // Of another process than the first: as it was, if the run had it before.
    private void GoOnAs(ReplicaState? state)
    {
        _epochs.Progress = _epochs.Progress?.OfAnother(state);
        if (state is not null)
        {
            Draw(state.Generator, state.DeviceGenerator);
        }

        if (_resumed!.Statistics.TryGetValue(_replicas.Shard.Rank, out var statistics))
        {
            using var here = statistics.To(_device);
            RunningStatistics.Set(_network.Graph, _network.Tables, here);
        }
    }

    // What of the precisions the network can be trained in here. Once it is cut, the run does not end for it.
    private IReadOnlyList<Precision> Trainable(Tensor images)
    {
        var options = _record is null ? _training : _training with { Precision = Precision.Auto };
        var (left, sentence) = new PrecisionTrial(options, _replicas).Leave(_network, _precisions, images);
        if (sentence is not null)
        {
            Observer.Message(sentence);
        }

        return left;
    }

    // Another libtorch may not have the operators that the run began with.
    private void CheckPrecision()
    {
        if (_network.Precision.Autocast() is not null)
        {
            using var batch = _loader.Epoch(0).First();
            using var images = TrainingBatches.FirstPart(batch, PartSize);
            _precisions = Trainable(images);
            _network.Take(_precisions[0]);
        }
    }

    // The processes of a run begin alike, but for dropout's numbers.
    private void Agree(string where, long position)
    {
        _replicas.RequireEqual(
            where.Length == 0 ? "options, network or data" : "options, network, data or checkpoint",
            $"{OptionsText} {_training} {_original.Name} {_original.Macs} {_data.Train.Name} {_data.Train.Count} {_data.Test.Count}{where}");
        _replicas.Begin(_network.Parameters, _generator, _device, _training.Seed, position);
    }

    private bool IsSaveDue() =>
        _training.CheckpointMinutes > 0 && Stopwatch.GetElapsedTime(_saved).TotalMinutes >= _training.CheckpointMinutes;

    // By all processes at once, for each has something that only it knows.
    private void Save(int epoch)
    {
        var (others, statistics) = _replicas.States(_network, _generator, _device, _epochs.Progress);
        Observer.CheckpointDue(new(
            Capture(epoch) with { Others = others },
            _original,
            _record is null ? null : _network.Graph,
            Tensors(_network.Parameters),
            _optimizer.State)
        {
            Average = Tensors(_network.Average?.Parameters),
            Statistics = statistics,
        });
        statistics.Values.ToList().ForEach(tensor => tensor.Dispose());
        _saved = Stopwatch.GetTimestamp();
    }

    private static Dictionary<string, Tensor> Tensors(ParameterTable? parameters) =>
        parameters?.Names.ToDictionary(name => name, name => parameters[name], StringComparer.Ordinal) ?? [];

    private TrainerState Capture(int epoch) => new()
    {
        Epoch = epoch,
        Progress = _epochs.Progress,
        Decision = _epochs.Progress is null || _plan is null ? null : EpochDecision.Of(_plan),
        Arrangement = _network.Arrangement,
        ChannelsLastMomentum =
        [
            .. _optimizer.State.Moments.Values.SelectMany(moment => moment)
                .Where(pair => !pair.Value.IsContiguous() && pair.Value.IsContiguous(MemoryFormat.ChannelsLast))
                .Select(pair => pair.Key).Distinct(),
        ],
        Generator = _generator.GetState(),
        DeviceGenerator = _device.Kind == DeviceKind.Cpu ? null : TorchRuntime.GetRngState(_device),
        Pruner = _cycle?.State,
        IterationsBehind = _epochs.IterationsBehind,
        LossScale = _epochs.Scaler?.Scale,
        LossScaleSteps = _epochs.Scaler?.State.GoodSteps ?? 0,
        Speeds = [.. _speeds],
        Warnings = [.. _warnings],
        Record = _record,
        Gate = _gate,
        Layers = _layers,
        Evaluation = _evaluation,
        Best = _best,
        AccuracyAtCutBefore = _accuracyAtCut?.Before,
        AccuracyAtCutAfter = _accuracyAtCut?.After,
        CutEpoch = _cutEpoch,
        Seconds = Seconds,
        TrainImages = _data.Train.Count,
        TestImages = _data.Test.Count,
    };
}
