using Ocs.Pruning;
using Ocs.Torch;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// Makes the checkpoint from which the run of the next budget begins, right after a cut. That run starts in the same
/// epoch, with the same weights, optimiser state, average and random numbers.
/// </summary>
internal static class HandedOn
{
    /// <summary>Takes the state of a run right after its cut; the tensors are the run's.</summary>
    /// <param name="run">The run; its network has no padding yet.</param>
    /// <param name="arrangement">What was chosen for the network before the cut.</param>
    public static Checkpoint Of(TrainingContext run, Arrangement arrangement)
    {
        var (state, network) = (run.State, run.Network);
        var epoch = state.CutEpoch!.Value;
        var removed = run.Cycle!.Constraint.Removed(run.Cycle.ChoosePartition().Subnetwork);
        return new(
            new()
            {
                Epoch = epoch,
                Arrangement = arrangement with { IsPadded = false },
                ChannelsLastMomentum = CheckpointKeeper.ChannelsLast(run.Optimizer.State),
                Generator = run.Generator.GetState(),
                DeviceGenerator = run.Device.Kind == DeviceKind.Cpu ? null : TorchRuntime.GetRngState(run.Device),
                Pruner = Unused(epoch),
                IterationsBehind = state.IterationsBehind,
                LossScale = run.Scaler?.Scale,
                LossScaleSteps = run.Scaler?.State.GoodSteps ?? 0,
                Evaluation = state.Evaluation,
                Seconds = run.Seconds,
                Task = state.Task,
                TrainSamples = state.TrainSamples,
                TestSamples = state.TestSamples,
                Earlier = new(
                    run.CutSoFar!, run.LayersSoFar, (state.Earlier?.Left ?? 1) * (1 - removed), run.Seconds),
            },
            network.Graph,
            Cut: null,
            CheckpointKeeper.Tensors(network.Parameters),
            run.Optimizer.State)
        {
            Average = CheckpointKeeper.Tensors(network.Average?.Parameters),
            Whole = run.Whole,
        };
    }

    // The state of a pruner that has seen this many epochs without a search.
    private static PrunerState Unused(int epochs) => new(
        [], [.. Enumerable.Repeat<double?>(null, epochs)], [.. Enumerable.Repeat<double?>(null, epochs)],
        Partition: null, Lambda: 0, IsRegularizing: false, SparsityStartEpoch: null, StableEpoch: null,
        WasForced: false)
    {
        Disputes = [.. Enumerable.Repeat<double?>(null, epochs)],
    };
}
