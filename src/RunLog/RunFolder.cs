using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>A run's folder as it was read: what there is of it, for a run may still be under way.</summary>
/// <param name="Path">Where the folder is.</param>
/// <param name="Records">The epochs, in order.</param>
/// <param name="Summary">What came out; null while the run is under way.</param>
/// <param name="Config">The resolved options, as YAML; null if the folder has none.</param>
/// <param name="Notice">What was odd but harmless, in one sentence; null if nothing was.</param>
public sealed record RunFolder(
    string Path, ImmutableArray<RunRecord> Records, RunSummary? Summary, string? Config, string? Notice)
{
    /// <summary>The file with a line for each epoch.</summary>
    public const string LogName = "run.jsonl";
    /// <summary>The file that says what came out.</summary>
    public const string SummaryName = "summary.json";
    /// <summary>The file with the resolved options.</summary>
    public const string ConfigName = "config.yaml";
    /// <summary>The file that says where the time went.</summary>
    public const string ProfileName = "profile.json";
    /// <summary>The file with pictures of a few samples.</summary>
    internal const string SamplesName = "samples.json";

    /// <summary>Pictures of a few samples; null if the run has none.</summary>
    internal RunSamples? Samples { get; init; }
}
