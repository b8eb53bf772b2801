using Ocs.Pruning.Saliency;

namespace Ocs.Pruning;

/// <summary>
/// The options of the method. The defaults are those of <see cref="Auto"/> and suit any network and any number of
/// epochs.
/// </summary>
public sealed record OneCycleOptions : PruneOptions
{
    /// <summary>
    /// The defaults: a cycle with nothing to tune. The pruned slices reach exactly 0 before the cut, and the weights
    /// decide when it comes (docs/method.md, "The preset auto").
    /// </summary>
    public static OneCycleOptions Auto { get; } = new();

    /// <summary>The paper to the letter, with the values of Tab. 8 for CIFAR and its 300 epochs.</summary>
    public static OneCycleOptions Paper { get; } = new()
    {
        Ranking = Ranking.Global,
        MaximumPruned = 1,
        RoundTo = 1,
        TargetTolerance = null,
        SparsityStartEpoch = 30,
        CutAtEnd = true,
        Penalty = true,
        ShrinkageKind = ShrinkageKind.Strength,
        Stability = StabilityKind.Jaccard,
        OptimizerAtCut = OptimizerAtCut.CutState,
        RecalibrationBatches = 0,
        Repair = false,
    };

    /// <summary>
    /// The behaviour of the authors' program (commit 7ab8054) wherever it departs from the paper. docs/method.md lists
    /// the differences.
    /// </summary>
    public static OneCycleOptions Official { get; } = Paper with
    {
        Resource = Resource.Operations,
        Saliency = SaliencyKind.SquaredNorm,
        CostWeighting = true,
        MaximumPruned = 0.75,
        Partition = PartitionRule.Official,
        StabilityDistance = 2,
        Growth = StrengthGrowth.Linear,
        Penalty = false,
        Timing = PhaseTiming.Official,
        OptimizerAtCut = OptimizerAtCut.Restart,
    };

    /// <summary>Begins with the defaults, in which a training run chooses the ranking.</summary>
    public OneCycleOptions() => Ranking = Ranking.Auto;

    /// <summary>First epoch at which a sub-network is looked for, from 0.</summary>
    public int MonitorStartEpoch { get; init; }

    /// <summary>Epochs between two sub-networks that are compared: i of Eq. 3, at least 1.</summary>
    public int StabilityDistance { get; init; } = 1;

    /// <summary>Epochs over which the similarity is averaged: r of Eq. 4, at least 1.</summary>
    public int StabilityWindow { get; init; } = 3;

    /// <summary>What is compared between two sub-networks.</summary>
    public SimilarityKind Similarity { get; init; }

    /// <summary>
    /// The epoch, from 0, at which sparsity learning starts: t_sl. `auto` finds it by <see cref="Stability"/>: by the
    /// dispute, or by Eq. 5. Null for `auto` with the dispute, else for a tenth of the epochs.
    /// </summary>
    public SparsityStart? SparsityStartEpoch { get; init; }

    /// <summary>
    /// With `auto` and `jaccard`, sparsity learning starts when the averaged similarity has risen by no more than this:
    /// tau of Eq. 5.
    /// </summary>
    public double StartThreshold { get; init; } = 1e-4;

    /// <summary>
    /// The sub-network is stable when the averaged similarity is this close to 1: epsilon of Eq. 6, in [0, 1).
    /// </summary>
    public double StableThreshold { get; init; } = 1e-3;

    /// <summary>
    /// The cut comes at this epoch even if the sub-network is not stable. Null for half of the epochs with `deadline`,
    /// for two fifths with `strength`, or with <see cref="CutAtEnd"/> for none.
    /// </summary>
    public int? LatestCutEpoch { get; init; }

    /// <summary>
    /// Whether the cut may wait for stability to the end of the run, where no epoch is left to train the cut network.
    /// </summary>
    public bool CutAtEnd { get; init; }

    /// <summary>The strength with which sparsity learning starts: lambda_0 of Eq. 7, not negative.</summary>
    public double InitialStrength { get; init; } = 1e-4;

    /// <summary>By how much the strength grows: delta of Eq. 7, not negative.</summary>
    public double StrengthIncrement { get; init; } = 1e-4;

    /// <summary>Epochs after which the strength grows again: Delta t of Eq. 7, at least 1.</summary>
    public int StrengthIntervalEpochs { get; init; } = 1;

    /// <summary>How lambda grows.</summary>
    public StrengthGrowth Growth { get; init; }

    /// <summary>
    /// Whether sparsity learning adds the gradient of the penalty (Eq. 8). The authors' program computes the penalty
    /// without a gradient.
    /// </summary>
    public bool Penalty { get; init; }

    /// <summary>Whether sparsity learning shrinks the slices that are to leave after each step (Eq. 9).</summary>
    public bool Shrinkage { get; init; } = true;

    /// <summary>How the shrinkage drives them to 0.</summary>
    public ShrinkageKind ShrinkageKind { get; init; } = ShrinkageKind.Deadline;

    /// <summary>
    /// Epochs in which <see cref="Pruning.ShrinkageKind.Deadline"/> shrinks them to 0, at least 1. Null for a fifth of
    /// the epochs.
    /// </summary>
    public int? ShrinkageEpochs { get; init; }

    /// <summary>How it is decided that the sub-network is stable.</summary>
    public StabilityKind Stability { get; init; } = StabilityKind.Dispute;

    /// <summary>When the phases begin and end.</summary>
    public PhaseTiming Timing { get; init; }

    /// <summary>What happens to the optimiser at the cut.</summary>
    public OptimizerAtCut OptimizerAtCut { get; init; }

    /// <summary>
    /// How many batches of training samples re-estimate the running statistics of batch norms at the cut. 0 keeps the
    /// statistics of the whole network.
    /// </summary>
    public int RecalibrationBatches { get; init; } = 50;

    /// <summary>
    /// Whether the cut corrects weights and biases of layers that read removed channels, so that their outputs keep the
    /// means and deviations of the whole network. Layers followed by a batch norm do not need it.
    /// </summary>
    public bool Repair { get; init; } = true;

    /// <summary>
    /// The same method for a run of any length. The epochs of sparsity learning and of the cut follow from the run's,
    /// as in <see cref="Auto"/>, and widths are rounded to those that run fast, unless
    /// <see cref="PruneOptions.Partition"/> does not allow it.
    /// </summary>
    public OneCycleOptions ForAnyEpochs() => this with
    {
        SparsityStartEpoch = null,
        LatestCutEpoch = null,
        CutAtEnd = false,
        RoundTo = Partition == PartitionRule.Official ? RoundTo : null,
    };

    /// <summary>
    /// The options for a run of this many epochs. Options that are null and follow from the number are filled in.
    /// </summary>
    public OneCycleOptions For(int epochs) => CycleSchedule.Of(this, epochs);

    /// <summary>
    /// Throws one <see cref="OcsInputException"/> that names every option which does not fit a run of so many epochs.
    /// </summary>
    public void ValidateFor(int epochs)
    {
        Validate();
        Throw([.. CycleSchedule.Problems(For(epochs), epochs)]);
    }

    /// <summary>Throws one <see cref="OcsInputException"/> that names every option out of range.</summary>
    public void Validate() => Throw([.. OptionProblems.OfSearch(this), .. OptionProblems.OfCycle(this)]);
}
