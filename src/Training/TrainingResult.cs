using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
using Ocs.Tasks;
using Ocs.Training.Checkpoints;
using Ocs.Training.Metrics;

namespace Ocs.Training;

/// <summary>The result of a run: the network, and how it was made.</summary>
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

    /// <summary>The proof of the cut, or the reason why it was not made; null without an attempt.</summary>
    public GateResult? Gate { get; init; }

    /// <summary>Every group of the original; empty for plain training.</summary>
    public ImmutableArray<Group> Groups { get; init; } = [];

    /// <summary>The result for each layer.</summary>
    public ImmutableArray<LayerOutcome> Layers { get; init; } = [];

    /// <summary>Whether the run was stopped before its last epoch.</summary>
    public bool Stopped { get; init; }

    /// <summary>Epochs that were trained to their end.</summary>
    public required int EpochsDone { get; init; }

    /// <summary>The task.</summary>
    public required ITask Task { get; init; }

    /// <summary>The evaluation of the network at the end; null if no epoch was completed.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>
    /// The fraction of validation samples that the network classifies correctly at the end; null for other tasks.
    /// </summary>
    public double? ValidationAccuracy => Evaluation?.Accuracy;

    /// <summary>The mean loss of the network at the end on the validation samples.</summary>
    public double? ValidationLoss => Evaluation?.Loss;

    /// <summary>
    /// The best headline metric, after the cut if there is one. In classification it is the accuracy.
    /// </summary>
    public double? Best { get; init; }

    /// <summary>The evaluation right before the cut; null without one.</summary>
    public EvaluationResult? BeforeCut { get; init; }

    /// <summary>The evaluation right after the cut; null without one.</summary>
    public EvaluationResult? AfterCut { get; init; }

    /// <summary>The evaluation after the repair of the cut network; null if nothing was repaired.</summary>
    public EvaluationResult? AfterRepair { get; init; }

    /// <summary>t_sl-start; null if it was not reached.</summary>
    public int? SparsityStartEpoch { get; init; }

    /// <summary>
    /// The ranking that was chosen; null before the choice, and if the options name one.
    /// </summary>
    public Ranking? ChosenRanking { get; init; }

    /// <summary>
    /// Why the network is not fit for use: it has collapsed, has learnt nothing, or the run has failed. One or two
    /// sentences; null if nothing is wrong.
    /// </summary>
    public string? Problem { get; init; }

    /// <summary>The warnings of the run, a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Whether the cut did not wait for a stable sub-network.</summary>
    public bool WasForced { get; init; }

    /// <summary>t* of Eq. 6; null when the cut was forced.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>The epoch before which the network was cut; null when it was not.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>Wall-clock seconds of the run, including the time before it was resumed.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>Seconds that the run shares with the run of a smaller budget; null if there is none.</summary>
    internal double? SharedSeconds { get; init; }

    /// <summary>
    /// The speed of training before and after the cut, measured at the cut. Null without a cut, and if the run was
    /// resumed after it.
    /// </summary>
    public StepSpeed? StepSpeed { get; init; }

    /// <summary>Training throughput before the cut: the median of the epochs; null when there was none.</summary>
    public double? SamplesPerSecondBefore { get; init; }

    /// <summary>The same after the cut.</summary>
    public double? SamplesPerSecondAfter { get; init; }

    /// <summary>The precision of steps; never <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>The result of a run. The network is handed over to the result.</summary>
    /// <param name="run">The run, at its end.</param>
    /// <param name="problem">Why the network is not fit for use; null if nothing is wrong.</param>
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
            ChosenRanking = run.Cycle?.ChosenRanking,
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
