using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Surgery;
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

    public GateResult? Gate { get; init; }

    /// <summary>Every group of the original; empty for plain training.</summary>
    public ImmutableArray<Group> Groups { get; init; } = [];

    /// <summary>What became of each layer.</summary>
    public ImmutableArray<LayerOutcome> Layers { get; init; } = [];

    /// <summary>Whether the run was stopped before its last epoch.</summary>
    public bool Stopped { get; init; }

    /// <summary>Epochs that were trained to their end.</summary>
    public required int EpochsDone { get; init; }

    /// <summary>What was measured of the network at the end; null when no epoch was finished.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>Validation accuracy of the network at the end.</summary>
    public double? ValidationAccuracy => Evaluation?.Accuracy;

    /// <summary>Its mean loss on the same images.</summary>
    public double? ValidationLoss => Evaluation?.Loss;

    /// <summary>The best validation accuracy, after the cut when there is one.</summary>
    public double? BestAccuracy { get; init; }

    public double? AccuracyAtCutBefore { get; init; }

    public double? AccuracyAtCutAfter { get; init; }

    public int? SparsityStartEpoch { get; init; }

    /// <summary>Why the network is not fit for use: it has collapsed, has learnt nothing, or the run has failed. One sentence or two; null where nothing is wrong.</summary>
    public string? Problem { get; init; }

    /// <summary>What was warned of on the way, a sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Whether the cut did not wait for a stable sub-network.</summary>
    public bool WasForced { get; init; }

    /// <summary>t* of Eq. 6; null when the cut was forced.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>The epoch before which the network was cut; null when it was not.</summary>
    public int? CutEpoch { get; init; }

    public double TotalSeconds { get; init; }

    /// <summary>What the cut did to the speed of training, measured when it was made; null without one, and where the run was resumed after it.</summary>
    public StepSpeed? StepSpeed { get; init; }

    /// <summary>Training throughput before the cut: the median of the epochs; null when there was none.</summary>
    public double? ImagesPerSecondBefore { get; init; }

    /// <summary>The same after the cut.</summary>
    public double? ImagesPerSecondAfter { get; init; }

    /// <summary>What steps computed in: never <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; init; }

    public void Dispose() => Network.Dispose();
}
