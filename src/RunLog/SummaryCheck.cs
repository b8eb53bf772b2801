using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>Checks that the numbers of a record are possible, so that later code can rely on them.</summary>
internal static class SummaryCheck
{
    // Far above any network, and far enough below 2^63 to add up all layers.
    private const long HighestCost = 1L << 50;
    private const int HighestChannels = 1 << 26;
    private const int MostEntries = 1 << 13;

    /// <summary>The problem of a line of a log; null if there is none.</summary>
    public static string? ProblemOf(RunRecord record) =>
        record.Epoch < 0 ? "epoch is negative"
        : !IsCost(record.Macs) ? "macs is not a possible cost"
        : !IsCost(record.Parameters) ? "parameters is not a possible number of parameters"
        : record.Norms is { IsSound: false } ? "norms must count kept and pruned channels over bins from -480 to 479"
        : record.Forecast?.Macs is { } macs && !IsCost(macs) ? "forecast.macs is not a possible cost"
        : null;

    /// <summary>The problem of a summary; null if there is none.</summary>
    public static string? ProblemOf(RunSummary summary) =>
        !IsCost(summary.MacsBefore) || !IsCost(summary.MacsAfter)
            ? "macs_before and macs_after are not possible costs"
        : !IsCost(summary.ParametersBefore) || !IsCost(summary.ParametersAfter)
            ? "parameters_before and parameters_after are not possible numbers of parameters"
        : summary.Epochs < 0 ? "epochs is negative"
        : summary.Baseline is { } twin && (!IsCost(twin.Macs) || !IsCost(twin.Parameters))
            ? "baseline has impossible costs"
        : ProblemOf("groups", summary.Groups, IsSound)
            ?? ProblemOf("layers", summary.Layers, IsSound)
            ?? ProblemOf("parts", summary.Parts, IsSound);

    private static string? ProblemOf<T>(string name, ImmutableArray<T> entries, Func<T, bool> isSound)
    {
        if (entries.IsDefault)
        {
            return $"{name} is null";
        }

        var wrong = Enumerable.Range(0, entries.Length)
            .FirstOrDefault(i => entries[i] is null || !isSound(entries[i]), -1);
        return entries.Length > MostEntries ? $"{name} has {entries.Length} entries"
            : wrong >= 0 ? $"{name}[{wrong}] is impossible"
            : null;
    }

    private static bool IsSound(GroupSummary group) =>
        group.Name is not null && group.Channels is >= 0 and <= HighestChannels && !group.Kept.IsDefault
        && group.Kept.Length <= group.Channels
        && IsCost(group.MacsBefore) && IsCost(group.MacsAfter);

    private static bool IsSound(LayerSummary layer) =>
        layer.Name is not null && layer.ChannelsBefore is >= 0 and <= HighestChannels
        && layer.ChannelsAfter is >= 0 and <= HighestChannels
        && IsCost(layer.MacsBefore) && IsCost(layer.MacsAfter);

    private static bool IsSound(PartSummary part) =>
        part.Name is not null && IsCost(part.MacsBefore) && IsCost(part.MacsAfter)
        && IsCost(part.ParametersBefore) && IsCost(part.ParametersAfter);

    private static bool IsCost(long cost) => cost is >= 0 and <= HighestCost;
}
