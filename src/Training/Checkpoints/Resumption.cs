using System.Globalization;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Surgery;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Telemetry;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// Resumes a trainer from a checkpoint: restores its network and its state. It owns whatever it has not handed over.
/// </summary>
internal sealed class Resumption(TrainingContext run, Checkpoint checkpoint) : IDisposable
{
    /// <summary>Throws if a checkpoint belongs to other options or data.</summary>
    /// <exception cref="OcsInputException">It is.</exception>
    public static void CheckFit(
        Checkpoint checkpoint, TrainingData data, TrainingOptions training, OneCycleOptions? pruning)
    {
        var state = checkpoint.State;
        if (!CheckpointCheck.IsSound(checkpoint))
        {
            throw Foreign(checkpoint);
        }

        if ((state.TrainSamples, state.TestSamples) != (data.Train.Count, data.Test.Count))
        {
            throw new OcsInputException(
                $"The run was trained on {state.TrainSamples} samples and measured on {state.TestSamples}, "
                + $"but {data.Train.Name} has {data.Train.Count} and {data.Test.Count} now; "
                + "give back the data that it began with.");
        }

        if (state.Task != data.TaskFor(training).Name)
        {
            throw new OcsInputException(
                $"The run was trained for {state.Task}, not for {data.TaskFor(training).Name}; "
                + "resume with the task that it began with.");
        }

        if (state.Pruner is null != pruning is null || state.Epoch < 0 || state.Epoch > training.Epochs
            || state.Progress?.Steps < 1
            || (state.Arrangement.IsPadded && state.Record is null)
            || (state.Record is not null && state.Pruner?.IsRegularizing == true)
            || state.BeforeCut is null != state.AfterCut is null
            || checkpoint.Average.Count == 0 != training.EmaDecay is null)
        {
            throw Foreign(checkpoint);
        }
    }

    /// <summary>The error for a checkpoint that does not belong to the options.</summary>
    public static OcsInputException Foreign(Checkpoint checkpoint, Exception? inner = null) =>
        new($"{checkpoint.Source} does not belong to these options; resume with those of the run.", inner!);

    /// <summary>Whether an error is caused by a checkpoint whose parts do not fit the options.</summary>
    public static bool IsForeign(Exception error) =>
        error is TorchException or ArgumentException or InvalidOperationException
        or IndexOutOfRangeException or KeyNotFoundException or ArithmeticException;

    /// <summary>The network as it was saved, which the caller owns.</summary>
    public RunningNetwork Network()
    {
        var state = checkpoint.State;
        var padding = state.Arrangement.IsPadded ? Padding(state.Record!) : null;
        var graph = checkpoint.Cut ?? run.Original;
        var asRun = padding?.Before ?? graph;
        var network = new RunningNetwork(
            graph, ParameterTable.FromTensors(asRun, Moved(checkpoint.Parameters)), padding,
            state.Arrangement, run.Generator, run.Training.Recompute);
        if (run.Training.EmaDecay is { } decay)
        {
            network.GoOnAveraging(new(ParameterTable.FromTensors(asRun, Moved(checkpoint.Average)), decay));
        }

        return network;
    }

    /// <summary>Gives the state back to the parts of the run.</summary>
    /// <returns>What Alg. 1 had decided for the epoch; null between two epochs, and without pruning.</returns>
    public EpochPlan? Restore()
    {
        var state = checkpoint.State;
        RestoreOptimizer();
        if (state.Pruner is { } pruner)
        {
            run.Cycle!.Restore(pruner);
        }

        if (state.Progress?.Steps > run.Batches.BatchesPerEpoch)
        {
            throw Foreign(checkpoint);
        }

        run.Batches.Prefer(state.Arrangement.Format);
        run.Precisions = [state.Arrangement.Precision];
        if (state.LossScale is { } scale && run.Scaler is { } scaler)
        {
            scaler.State = (scale, state.LossScaleSteps);
        }

        RestoreDistiller(state);
        run.State = state with { Others = [], ChannelsLastMomentum = [], DistillSums = [] };
        Draw(state.Generator, state.DeviceGenerator);
        return state.Decision?.With(state.Pruner?.Partition);
    }

    /// <summary>Resumes in the same way in all processes.</summary>
    public void GoOn(Arranger arranger)
    {
        var steps = run.State.Progress?.Steps ?? 0;
        run.Replicas.BeginAlike(
            run, $" from epoch {run.State.Epoch}, step {steps}",
            ((long)run.State.Epoch * run.Batches.BatchesPerEpoch) + steps);
        if (!run.Replicas.IsFirst)
        {
            try
            {
                GoOnAs(checkpoint.State.Others.ElementAtOrDefault(run.Replicas.Shard.Rank - 1));
            }
            catch (TorchException error)
            {
                throw Foreign(checkpoint, error);
            }
        }

        checkpoint.ReleaseStatistics();
        if (run.State is { Earlier: { } earlier, Record: null })
        {
            run.Tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * (1 - earlier.Left):F2} % of the {run.Cycle!.Constraint.Name} left before this run began; "
                + $"{100 * run.Pruning!.Target:F2} % of the rest are to follow."), TrainingLog.BudgetContinued);
        }

        arranger.CheckPrecision();
        run.Replicas.Reduce(run.Network.Parameters);
    }

    public void Dispose() => checkpoint.ReleaseStatistics();

    // The sums of processes that no longer exist are given to the remaining ones.
    private void RestoreDistiller(TrainerState state)
    {
        const string Teacher = $"`{nameof(TrainerSetup)}.{nameof(TrainerSetup.Teacher)}`";
        if (state.Teacher != run.Distiller?.Digest)
        {
            throw new OcsInputException((state.Teacher, run.Distiller) switch
            {
                (null, _) => $"The run began without a teacher; leave {Teacher} out.",
                (_, null) => $"The run began with a teacher; give the same one again with {Teacher}.",
                _ => "The teacher has other weights than the one that the run began with; "
                    + $"give that one again with {Teacher}.",
            });
        }

        if (run.Distiller is { } distiller)
        {
            var (own, count) = (run.Replicas.Shard.Rank, run.Replicas.Count);
            var sums = state.DistillSums.Chunk(2).Where((_, rank) => rank % count == own).ToList();
            distiller.Sums = [sums.Sum(pair => pair[0]), sums.Sum(pair => pair[^1])];
        }
    }

    private void RestoreOptimizer()
    {
        var channelsLast = checkpoint.State.ChannelsLastMomentum.ToHashSet(StringComparer.Ordinal);
        run.Optimizer.Restore(new()
        {
            Moments = checkpoint.Optimizer.Moments.ToDictionary(
                moment => moment.Key,
                IReadOnlyDictionary<string, Tensor> (moment) => Moved(moment.Value).ToDictionary(
                    pair => pair.Key,
                    pair =>
                    {
                        using var moved = pair.Value;
                        return moved.Contiguous(
                            channelsLast.Contains(pair.Key) ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);
                    },
                    StringComparer.Ordinal),
                StringComparer.Ordinal),
            Counters = Moved(checkpoint.Optimizer.Counters),
        });
    }

    // Recomputed from the cut, with the same result as when the cut was made.
    private CutPlan? Padding(PruningRecord record)
    {
        var coupling = new SubnetworkSearch(run.Original, run.Pruning!).Coupling;
        var subnetwork = new Subnetwork(
            [.. record.Groups.Select(group => group.Kept)], [.. record.Groups.Select(group => group.Channels)]);
        return subnetwork.IsOf(coupling.Groups)
            ? LanePadding.Plan(coupling, subnetwork, CutPlan.Create(coupling, subnetwork))
            : throw new OcsInputException(
                "The checkpoint's cut is not of this network; resume with the options that the run began with.");
    }

    private Dictionary<string, Tensor> Moved(IReadOnlyDictionary<string, Tensor> tensors) => tensors.ToDictionary(
        pair => pair.Key,
        pair =>
        {
            using var read = pair.Value;
            return read.To(run.Device);
        },
        StringComparer.Ordinal);

    // Restores the random state.
    private void Draw(byte[] generator, byte[]? deviceGenerator)
    {
        run.Generator.SetState(generator);
        if (deviceGenerator is not null && run.Device.Kind != DeviceKind.Cpu)
        {
            TorchRuntime.SetRngState(deviceGenerator, run.Device);
        }
    }

    // For processes other than the first: restores their state if the run had that process before.
    private void GoOnAs(ReplicaState? state)
    {
        run.State = run.State with { Progress = run.State.Progress?.OfAnother(state) };
        if (state is not null)
        {
            Draw(state.Generator, state.DeviceGenerator);
        }

        if (checkpoint.Statistics.TryGetValue(run.Replicas.Shard.Rank, out var statistics))
        {
            using var here = statistics.To(run.Device);
            RunningStatistics.Set(run.Network.Graph, run.Network.Tables, here);
        }
    }
}
