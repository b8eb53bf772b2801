using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Tasks;
using Ocs.Training.Checkpoints;
using Ocs.Training.Metrics;

namespace Ocs.Training;

/// <summary>What a run leaves: the network, and how it got there.</summary>
public sealed class TrainingResult : IDisposable
{
    /// <summary>The network before the cut.</summary>
    public required Graph Original { get; init; }

    /// <summary>The network at the end with its parameters, owned by this result.</summary>
    public Network Network => field ??= new(Graph, Parameters, Record);

    /// <summary>The network at the end.</summary>
    public required Graph Graph { get; init; }

    /// <summary>Its parameters, owned by this result.</summary>
    public required ParameterTable Parameters { get; init; }

    /// <summary>The cut; null when the network was not cut.</summary>
    public PruningRecord? Record { get; init; }

    /// <summary>The proof of the cut, or why it was not made; null where none was tried.</summary>
    public GateResult? Gate { get; init; }

    /// <summary>Every group of the original; empty for plain training.</summary>
    public ImmutableArray<Group> Groups { get; init; } = [];

    /// <summary>What became of each layer.</summary>
    public ImmutableArray<LayerOutcome> Layers { get; init; } = [];

    /// <summary>Whether the run was stopped before its last epoch.</summary>
    public bool Stopped { get; init; }

    /// <summary>Epochs that were trained to their end.</summary>
    public required int EpochsDone { get; init; }

    /// <summary>What the network was trained for.</summary>
    public required ITask Task { get; init; }

    /// <summary>What was measured of the network at the end; null when no epoch was finished.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>Of classification: the fraction of held-out samples whose class the network at the end finds.</summary>
    public double? ValidationAccuracy => Evaluation?.Accuracy;

    /// <summary>The mean loss of the network at the end on the held-out samples.</summary>
    public double? ValidationLoss => Evaluation?.Loss;

    /// <summary>The best headline, after the cut when there is one: of classification, the best accuracy.</summary>
    public double? Best { get; init; }

    /// <summary>What was measured right before the cut; null without one.</summary>
    public EvaluationResult? BeforeCut { get; init; }

    /// <summary>What was measured right after it; null without one.</summary>
    public EvaluationResult? AfterCut { get; init; }

    /// <summary>What was measured after the repair of the cut network; null where nothing was repaired.</summary>
    public EvaluationResult? AfterRepair { get; init; }

    /// <summary>t_sl-start; null where it was not reached.</summary>
    public int? SparsityStartEpoch { get; init; }

    /// <summary>
    /// Why the network is not fit for use: it has collapsed, has learnt nothing, or the run has failed. One sentence or
    /// two; null where nothing is wrong.
    /// </summary>
    public string? Problem { get; init; }

    /// <summary>What was warned of on the way, a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Whether the cut did not wait for a stable sub-network.</summary>
    public bool WasForced { get; init; }

    /// <summary>t* of Eq. 6; null when the cut was forced.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>The epoch before which the network was cut; null when it was not.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>Wall-clock time of the run, the parts before it was resumed included.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>
    /// The part of it that the run shares with that of a smaller budget, which had cut the network; null without one.
    /// </summary>
    internal double? SharedSeconds { get; init; }

    /// <summary>
    /// What the cut did to the speed of training, measured when it was made; null without one, and where the run was
    /// resumed after it.
    /// </summary>
    public StepSpeed? StepSpeed { get; init; }

    /// <summary>Training throughput before the cut: the median of the epochs; null when there was none.</summary>
    public double? SamplesPerSecondBefore { get; init; }

    /// <summary>The same after the cut.</summary>
    public double? SamplesPerSecondAfter { get; init; }

    /// <summary>What steps computed in: never <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>What a run has come to. Its network goes to the result.</summary>
    /// <param name="run">The run, at its end.</param>
    /// <param name="problem">Why the network is not fit for use; null where nothing is wrong.</param>
    internal static TrainingResult Of(TrainingContext run, string? problem)
    {
        var state = run.State;
        return new()
        {
            Original = run.Whole,
            Graph = run.Network.Graph,
            Parameters = run.Network.Release(),
            Record = state.Record is null ? null : run.CutSoFar,
            Gate = state.Gate,
            Groups = run.Cycle?.Coupling.Groups ?? [],
            Layers = run.LayersSoFar,
            Stopped = state.Epoch < run.Training.Epochs,
            EpochsDone = state.Epoch,
            Task = run.Task,
            Evaluation = state.Evaluation,
            Best = state.Best,
            BeforeCut = state.BeforeCut,
            AfterCut = state.AfterCut,
            AfterRepair = state.AfterRepair,
            SparsityStartEpoch = run.Cycle?.SparsityStartEpoch,
            StableEpoch = run.Cycle?.StableEpoch,
            WasForced = state.Record is not null && run.Cycle!.WasForced,
            CutEpoch = state.CutEpoch,
            Warnings = state.Warnings,
            Problem = problem,
            Precision = run.Network.Precision,
            StepSpeed = run.Network.StepSpeed,
            SamplesPerSecondBefore = EpochSpeed.Median(state.Speeds, isCut: false),
            SamplesPerSecondAfter = EpochSpeed.Median(state.Speeds, isCut: true),
            TotalSeconds = run.Seconds,
            SharedSeconds = state.Earlier?.Seconds,
        };
    }

    /// <summary>Releases the network.</summary>
    public void Dispose() => Network.Dispose();
}
