using Ocs.Pruning.Saliency;
using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>What is wrong with options, a part of a sentence each.</summary>
internal static class OptionProblems
{
    /// <summary>Of criterion, ranking, budget and limits.</summary>
    public static IEnumerable<string> OfSearch(PruneOptions options) => Failed(
        (options.Target is > 0 and < 1, $"target must lie between 0 and 1, both excluded, but is {options.Target}"),
        (options.MaximumPruned is > 0 and <= 1, $"maximum-pruned must lie in (0, 1], but is {options.MaximumPruned}"),
        (options.MinimumChannels >= 1, $"minimum-channels must be at least 1, but is {options.MinimumChannels}"),
        (options.RoundTo is null or >= 1, $"round-to must be at least 1, but is {options.RoundTo}"),
        (options.Partition == PartitionRule.Paper || HasOnlyOfficialLimits(options),
            "partition official knows no ranking but global and no limit but maximum-pruned; "
            + "choose partition paper for others"))
        .Concat(options.MaximumPrunedOf
            .Where(limit => PatternLimit.Read(limit) is null)
            .Select(limit =>
                $"maximum-pruned-of takes a pattern and a fraction in (0, 1], such as layer1.*=0.5, but has '{limit}'"));

    /// <summary>Of the one cycle.</summary>
    public static IEnumerable<string> OfCycle(OneCycleOptions options)
    {
        var (monitor, sparsity, latest) = (options.MonitorStartEpoch, options.SparsityStartEpoch?.Epoch, options.LatestCutEpoch);
        return Failed(
            (options.Saliency != SaliencyKind.Taylor,
                "saliency taylor needs gradients, and when an epoch begins there are none; rank by it with `ocs prune`"),
            (monitor >= 0, $"monitor-start-epoch must not be negative, but is {monitor}"),
            (options.StabilityDistance >= 1,
                $"stability-distance must be at least 1, but is {options.StabilityDistance}"),
            (options.StabilityWindow >= 1, $"stability-window must be at least 1, but is {options.StabilityWindow}"),
            (sparsity is null or >= 0, $"sparsity-start-epoch must not be negative, but is {sparsity}"),
            (sparsity is null || sparsity >= monitor,
                $"sparsity-start-epoch {sparsity} must not come before monitor-start-epoch {monitor}"),
            (latest is null || latest >= monitor,
                $"latest-cut-epoch {latest} must not come before monitor-start-epoch {monitor}"),
            (options.StableThreshold is >= 0 and < 1,
                $"stable-threshold must lie in [0, 1), but is {options.StableThreshold}"),
            (latest is null or >= 0, $"latest-cut-epoch must not be negative, but is {latest}"),
            (latest is null || sparsity is null || latest >= sparsity,
                $"latest-cut-epoch {latest} must not come before sparsity-start-epoch {sparsity}"),
            (options.InitialStrength >= 0, $"initial-strength must not be negative, but is {options.InitialStrength}"),
            (options.StrengthIncrement >= 0,
                $"strength-increment must not be negative, but is {options.StrengthIncrement}"),
            (options.StrengthIntervalEpochs >= 1,
                $"strength-interval-epochs must be at least 1, but is {options.StrengthIntervalEpochs}"),
            (options.RecalibrationBatches >= 0,
                $"recalibration-batches must not be negative, but is {options.RecalibrationBatches}"));
    }

    private static IEnumerable<string> Failed(params (bool Holds, string Problem)[] checks) =>
        checks.Where(check => !check.Holds).Select(check => check.Problem);

    private static bool HasOnlyOfficialLimits(PruneOptions options) =>
        options is { Ranking: Ranking.Global, MinimumChannels: 1, RoundTo: null or 1, MaximumPrunedOf.IsEmpty: true };
}
