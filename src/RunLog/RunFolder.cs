using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>A run's folder as it was read: what there is of it, for a run may still be under way.</summary>
/// <param name="Path">Where the folder is.</param>
/// <param name="Records">The epochs, in order.</param>
/// <param name="Summary">What came out; null while the run is under way.</param>
/// <param name="Config">The resolved options, as YAML; null where the folder has none.</param>
/// <param name="Notice">What was odd but harmless, in one sentence; null where nothing was.</param>
public sealed record RunFolder(
    string Path, ImmutableArray<RunRecord> Records, RunSummary? Summary, string? Config, string? Notice)
{
    public const string LogName = "run.jsonl";
    public const string SummaryName = "summary.json";
    public const string ConfigName = "config.yaml";
    public const string ProfileName = "profile.json";
}
