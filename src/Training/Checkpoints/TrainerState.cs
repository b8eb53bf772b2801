using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Search;
using Ocs.Pruning.Surgery;
using Ocs.Training.Metrics;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// Everything that determines the rest of a run, beside its options, networks and tensors. The order of images, their
/// augmentation and the learning rate are functions of seed, epoch and step, so the position is their state.
/// </summary>
internal sealed record TrainerState
{
    /// <summary>The epoch that is trained, or is to begin.</summary>
    public required int Epoch { get; init; }

    /// <summary>How far it is; null before its first step.</summary>
    public EpochProgress? Progress { get; init; }

    /// <summary>What Alg. 1 has decided for it; null before it begins, and without pruning.</summary>
    public EpochDecision? Decision { get; init; }

    /// <summary>What the clock has chosen.</summary>
    public required Arrangement Arrangement { get; init; }

    /// <summary>
    /// Parameters whose momentum, or what else the optimiser keeps of them, lies in memory as channels-last.
    /// </summary>
    public ImmutableArray<string> ChannelsLastMomentum { get; init; } = [];

    /// <summary>The state of the trainer's generator: dropout and its like draw from it.</summary>
    public required byte[] Generator { get; init; }

    /// <summary>The same of the device that trains, where it is not the CPU.</summary>
    public byte[]? DeviceGenerator { get; init; }

    /// <summary>What the processes behind the first have of their own, in the order of their ranks.</summary>
    public ImmutableArray<ReplicaState> Others { get; init; } = [];

    /// <summary>The method's memory; null without pruning.</summary>
    public PrunerState? Pruner { get; init; }

    /// <summary>Steps that the learning rate's schedule lags behind.</summary>
    public long IterationsBehind { get; init; }

    /// <summary>The factor on float16's loss; null in other precisions.</summary>
    public double? LossScale { get; init; }

    /// <summary>Steps that it has held.</summary>
    public int LossScaleSteps { get; init; }

    /// <summary>How fast each epoch so far was trained.</summary>
    public ImmutableArray<EpochSpeed> Speeds { get; init; } = [];

    /// <summary>What was warned of so far.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The cut; null before it.</summary>
    public PruningRecord? Record { get; init; }

    /// <summary>The proof of the cut, or why it was not made.</summary>
    public GateResult? Gate { get; init; }

    /// <summary>What became of each layer.</summary>
    public ImmutableArray<LayerOutcome> Layers { get; init; } = [];

    /// <summary>What was measured last; null before the first epoch's end.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>The headline of the best network that was handed over.</summary>
    public double? Best { get; init; }

    /// <summary>What was measured right before the cut.</summary>
    public EvaluationResult? BeforeCut { get; init; }

    /// <summary>What was measured right after it.</summary>
    public EvaluationResult? AfterCut { get; init; }

    /// <summary>What was measured after the repair; null where nothing was repaired.</summary>
    public EvaluationResult? AfterRepair { get; init; }

    /// <summary>The epoch before which the network was cut.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>What had left the network before the run began with it; null where it was whole.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EarlierCut? Earlier { get; init; }

    /// <summary>Wall-clock time of the run so far.</summary>
    public double Seconds { get; init; }

    /// <summary>Tells the teacher from others; null without one.</summary>
    public string? Teacher { get; init; }

    /// <summary>
    /// The epoch's sums so far of the task's loss and of the teacher's term, of each process in the order of the ranks.
    /// </summary>
    public ImmutableArray<double> DistillSums { get; init; } = [];

    /// <summary>The name of the task.</summary>
    public required string Task { get; init; }

    /// <summary>Samples to train on.</summary>
    public int TrainSamples { get; init; }

    /// <summary>Samples to measure on.</summary>
    public int TestSamples { get; init; }
}

/// <summary>The speed of an epoch's training.</summary>
/// <param name="IsCut">Whether it came after the cut.</param>
/// <param name="SamplesPerSecond">How fast.</param>
internal sealed record EpochSpeed(bool IsCut, double SamplesPerSecond)
{
    /// <summary>The median before or after the cut; null where there is none.</summary>
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
/// What Alg. 1 has decided at the start of an epoch, without its sub-network, which the pruner remembers.
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
