using Ocs.Pruning.Search;

namespace Ocs.Pruning;

/// <summary>What is wrong with options, a part of a sentence each.</summary>
internal static class OptionProblems
{
    /// <summary>Of criterion, ranking, budget and limits.</summary>
    public static IEnumerable<string> OfSearch(PruneOptions options) => Failed(
        (options.Target is > 0 and < 1,
            $"`{nameof(options.Target)}` must lie between 0 and 1, both excluded, but is {options.Target}"),
        (options.MaximumPruned is > 0 and <= 1,
            $"`{nameof(options.MaximumPruned)}` must lie in (0, 1], but is {options.MaximumPruned}"),
        (options.MinimumChannels >= 1,
            $"`{nameof(options.MinimumChannels)}` must be at least 1, but is {options.MinimumChannels}"),
        (options.TargetTolerance is null or > 0 and < 1,
            $"`{nameof(options.TargetTolerance)}` must lie between 0 and 1, both excluded, or be null, "
            + $"but is {options.TargetTolerance}"),
        (options.RoundTo is null or >= 1, $"`{nameof(options.RoundTo)}` must be at least 1, but is {options.RoundTo}"),
        (options.Partition == PartitionRule.Paper || HasOnlyOfficialLimits(options),
            $"`PartitionRule.Official` knows no ranking but global and no limit but `{nameof(options.MaximumPruned)}`; "
            + "choose `PartitionRule.Paper` for others"))
        .Concat(options.MaximumPrunedOf
            .Where(limit => PatternLimit.Read(limit) is null)
            .Select(limit =>
                $"`{nameof(options.MaximumPrunedOf)}` takes a pattern and a fraction in (0, 1], such as layer1.*=0.5, "
                + $"but has '{limit}'"));

    /// <summary>Of the one cycle.</summary>
    public static IEnumerable<string> OfCycle(OneCycleOptions options)
    {
        var (monitor, sparsity, latest) = (
            options.MonitorStartEpoch, options.SparsityStartEpoch?.Epoch, options.LatestCutEpoch);
        return Failed(
            (monitor >= 0, $"`{nameof(options.MonitorStartEpoch)}` must not be negative, but is {monitor}"),
            (options.StabilityDistance >= 1,
                $"`{nameof(options.StabilityDistance)}` must be at least 1, but is {options.StabilityDistance}"),
            (options.StabilityWindow >= 1,
                $"`{nameof(options.StabilityWindow)}` must be at least 1, but is {options.StabilityWindow}"),
            (sparsity is null or >= 0,
                $"`{nameof(options.SparsityStartEpoch)}` must not be negative, but is {sparsity}"),
            (sparsity is null || sparsity >= monitor,
                $"`{nameof(options.SparsityStartEpoch)}` {sparsity} must not come before "
                + $"`{nameof(options.MonitorStartEpoch)}` {monitor}"),
            (latest is null || latest >= monitor,
                $"`{nameof(options.LatestCutEpoch)}` {latest} must not come before "
                + $"`{nameof(options.MonitorStartEpoch)}` {monitor}"),
            (options.StableThreshold is >= 0 and < 1,
                $"`{nameof(options.StableThreshold)}` must lie in [0, 1), but is {options.StableThreshold}"),
            (latest is null or >= 0, $"`{nameof(options.LatestCutEpoch)}` must not be negative, but is {latest}"),
            (latest is null || sparsity is null || latest >= sparsity,
                $"`{nameof(options.LatestCutEpoch)}` {latest} must not come before "
                + $"`{nameof(options.SparsityStartEpoch)}` {sparsity}"),
            (options.ShrinkageEpochs is null or >= 1,
                $"`{nameof(options.ShrinkageEpochs)}` must be at least 1, but is {options.ShrinkageEpochs}"),
            (options.ShrinkageKind == ShrinkageKind.Strength || options.Timing == PhaseTiming.Paper,
                "`ShrinkageKind.Deadline` cuts before an epoch; choose `PhaseTiming.Paper`"),
            (options.InitialStrength >= 0,
                $"`{nameof(options.InitialStrength)}` must not be negative, but is {options.InitialStrength}"),
            (options.StrengthIncrement >= 0,
                $"`{nameof(options.StrengthIncrement)}` must not be negative, but is {options.StrengthIncrement}"),
            (options.StrengthIntervalEpochs >= 1,
                $"`{nameof(options.StrengthIntervalEpochs)}` must be at least 1, "
                + $"but is {options.StrengthIntervalEpochs}"),
            (options.RecalibrationBatches >= 0,
                $"`{nameof(options.RecalibrationBatches)}` must not be negative, "
                + $"but is {options.RecalibrationBatches}"));
    }

    private static IEnumerable<string> Failed(params (bool Holds, string Problem)[] checks) =>
        checks.Where(check => !check.Holds).Select(check => check.Problem);

    private static bool HasOnlyOfficialLimits(PruneOptions options) =>
        options is
        {
            Ranking: Ranking.Global, CustomRanking: null, MinimumChannels: 1, RoundTo: null or 1,
            MaximumPrunedOf.IsEmpty: true,
        };
}
