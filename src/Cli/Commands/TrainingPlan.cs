namespace Ocs.Cli.Commands;

/// <summary>`ocs train --dry-run --json`: what a run would do and cost. Times are in seconds.</summary>
internal sealed record TrainingPlan(
    string Model, long Macs, long Parameters, string Data, int TrainImages, int TestImages, int Epochs,
    int StepsPerEpoch, PlannedCut? Cut, long PeakBytes, double StepSeconds, double EpochSeconds, double RunSeconds);

/// <summary>The part that may be cut; fractions are those of the resource.</summary>
internal sealed record PlannedCut(
    int Groups, int PrunableGroups, int Channels, int PrunableChannels, string Resource, double Target,
    double Removed, double LargestTarget, int? SparsityStartEpoch, int? LatestCutEpoch)
{
    /// <summary>The rule that starts sparsity learning if no epoch is given.</summary>
    public required string Stability { get; init; }

    /// <summary>Epochs in which the pruned slices are shrunk to 0; null without shrinkage.</summary>
    public int? ShrinkageEpochs { get; init; }
}
