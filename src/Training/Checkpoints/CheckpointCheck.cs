using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training.Metrics;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// Checks that the parts of a checkpoint fit together. Its check sum cannot show that, because any program may have
/// written it.
/// </summary>
internal static class CheckpointCheck
{
    /// <summary>
    /// Whether every list exists, and the optimiser's state and the average belong to the parameters.
    /// </summary>
    public static bool IsSound(Checkpoint checkpoint) => IsWhole(checkpoint.State)
        && checkpoint.Whole is null == checkpoint.State.Earlier is null
        && checkpoint.Optimizer.Moments.Values.All(moment => AreOf(checkpoint.Parameters, moment))
        && AreOf(checkpoint.Parameters, checkpoint.Average)
        && checkpoint.Average.Count is var averaged && (averaged == 0 || averaged == checkpoint.Parameters.Count);

    private static bool AreOf(
        IReadOnlyDictionary<string, Tensor> parameters, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.All(pair =>
            parameters.TryGetValue(pair.Key, out var parameter) && pair.Value.Shape.SequenceEqual(parameter.Shape));

    // A null list becomes a default one, which throws when it is used.
    private static bool IsWhole(TrainerState state) =>
        !state.ChannelsLastMomentum.IsDefault && !state.Speeds.IsDefault && state.Speeds.All(speed => speed is not null)
        && new[] { state.Evaluation, state.BeforeCut, state.AfterCut, state.AfterRepair }.All(IsWhole)
        && state.Task is not null
        && !state.DistillSums.IsDefault
        && !state.Layers.IsDefault && state.Layers.All(layer => layer is not null)
        && (state.Record is not { } record
            || (!record.Groups.IsDefault && record.Groups.All(group => group is not null && !group.Kept.IsDefault)))
        && (state.Pruner is not { } pruner || IsWhole(pruner))
        && state.Earlier is null or { IsWhole: true };

    private static bool IsWhole(EvaluationResult? result) =>
        result is null || (!result.Metrics.IsDefaultOrEmpty && result.Metrics.All(value => value is not null));

    private static bool IsWhole(PrunerState pruner) =>
        !pruner.Similarities.IsDefault && !pruner.Averages.IsDefault && !pruner.Subnetworks.IsDefault
        && !pruner.Disputes.IsDefault && !pruner.Margins.IsDefault
        && pruner.Margins.All(static margins => !margins.IsDefault)
        && pruner.Subnetworks.All(
            subnetwork => !subnetwork.IsDefault && subnetwork.All(static kept => !kept.IsDefault));
}
