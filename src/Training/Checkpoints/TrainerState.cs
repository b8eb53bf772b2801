using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Training.Metrics;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// Everything that determines the rest of a run, besides its options, networks and tensors. The order of samples, their
/// augmentation and the learning rate are functions of seed, epoch and step, so the position is all of their state.
/// </summary>
internal sealed record TrainerState
{
    /// <summary>The epoch that is being trained, or begins next.</summary>
    public required int Epoch { get; init; }

    /// <summary>The progress within the epoch; null before its first step.</summary>
    public EpochProgress? Progress { get; init; }

    /// <summary>The decision of Alg. 1 for the epoch; null before it begins, and without pruning.</summary>
    public EpochDecision? Decision { get; init; }

    /// <summary>The choices made by timing.</summary>
    public required Arrangement Arrangement { get; init; }

    /// <summary>Parameters whose momentum or other optimiser state is channels-last.</summary>
    public ImmutableArray<string> ChannelsLastMomentum { get; init; } = [];

    /// <summary>The state of the trainer's random generator, used by dropout for example.</summary>
    public required byte[] Generator { get; init; }

    /// <summary>The generator state of the training device if it is not the CPU.</summary>
    public byte[]? DeviceGenerator { get; init; }

    /// <summary>The own state of the processes after the first, in the order of their ranks.</summary>
    public ImmutableArray<ReplicaState> Others { get; init; } = [];

    /// <summary>The state of the method; null without pruning.</summary>
    public PrunerState? Pruner { get; init; }

    /// <summary>Steps that the learning rate's schedule lags behind.</summary>
    public long IterationsBehind { get; init; }

    /// <summary>The loss scale of float16; null in other precisions.</summary>
    public double? LossScale { get; init; }

    /// <summary>Steps since the loss scale last changed.</summary>
    public int LossScaleSteps { get; init; }

    /// <summary>The speed of each epoch so far.</summary>
    public ImmutableArray<EpochSpeed> Speeds { get; init; } = [];

    /// <summary>The warnings so far.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The cut; null before it.</summary>
    public PruningRecord? Record { get; init; }

    /// <summary>The proof of the cut, or the reason why the cut was not made.</summary>
    public GateResult? Gate { get; init; }

    /// <summary>The result for each layer.</summary>
    public ImmutableArray<LayerOutcome> Layers { get; init; } = [];

    /// <summary>The latest evaluation; null before the end of the first epoch.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>The headline metric of the best network so far.</summary>
    public double? Best { get; init; }

    /// <summary>The evaluation right before the cut.</summary>
    public EvaluationResult? BeforeCut { get; init; }

    /// <summary>The evaluation right after the cut.</summary>
    public EvaluationResult? AfterCut { get; init; }

    /// <summary>The evaluation after the repair; null if nothing was repaired.</summary>
    public EvaluationResult? AfterRepair { get; init; }

    /// <summary>The epoch before which the network was cut.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>The cut that was made before the run began; null if it began with a whole network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EarlierCut? Earlier { get; init; }

    /// <summary>Wall-clock time of the run so far.</summary>
    public double Seconds { get; init; }

    /// <summary>The digest of the teacher; null without one.</summary>
    public string? Teacher { get; init; }

    /// <summary>
    /// The epoch's sums of the task's loss and of the teacher's term so far, for each process in the order of ranks.
    /// </summary>
    public ImmutableArray<double> DistillSums { get; init; } = [];

    /// <summary>The name of the task.</summary>
    public required string Task { get; init; }

    /// <summary>Samples to train on.</summary>
    public int TrainSamples { get; init; }

    /// <summary>Samples for validation.</summary>
    public int TestSamples { get; init; }
}

/// <summary>The speed of an epoch's training.</summary>
/// <param name="IsCut">Whether it came after the cut.</param>
/// <param name="SamplesPerSecond">How fast.</param>
internal sealed record EpochSpeed(bool IsCut, double SamplesPerSecond)
{
    /// <summary>The median before or after the cut; null if there is none.</summary>
    internal static double? Median(IEnumerable<EpochSpeed> epochs, bool isCut)
    {
        List<double> speeds =
        [
            .. epochs.Where(epoch => epoch.IsCut == isCut).Select(epoch => epoch.SamplesPerSecond).Order(),
        ];
        return speeds.Count == 0 ? null : (speeds[(speeds.Count - 1) / 2] + speeds[speeds.Count / 2]) / 2;
    }
}

/// <summary>
/// The decision of Alg. 1 at the start of an epoch, without the sub-network, which is part of the pruner's state.
/// </summary>
internal sealed record EpochDecision(
    Phase Phase, bool IsSearched, double? J, double? AverageJ, double? Lambda, double SearchSeconds,
    int? PredictedStableEpoch, long? PredictedMacs, double? Dispute = null)
{
    internal static EpochDecision Of(EpochPlan plan) => new(
        plan.Phase, plan.Partition is not null, plan.J, plan.AverageJ, plan.Lambda, plan.SearchSeconds,
        plan.PredictedStableEpoch, plan.PredictedMacs, plan.Dispute);

    internal EpochPlan With(Partition? partition) => new(
        Phase, IsSearched ? partition : null, J, AverageJ, Lambda, SearchSeconds)
    {
        Dispute = Dispute,
        PredictedStableEpoch = PredictedStableEpoch,
        PredictedMacs = PredictedMacs,
    };
}
