using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>The content of a run's folder. The run may still be in progress.</summary>
/// <param name="Path">The path of the folder.</param>
/// <param name="Records">The epochs, in order.</param>
/// <param name="Summary">The summary; null while the run is in progress.</param>
/// <param name="Config">The resolved options, as YAML; null if the folder has none.</param>
/// <param name="Notice">A sentence about a harmless problem; null if there is none.</param>
public sealed record RunFolder(
    string Path, ImmutableArray<RunRecord> Records, RunSummary? Summary, string? Config, string? Notice)
{
    /// <summary>The file with a line for each epoch.</summary>
    public const string LogName = "run.jsonl";
    /// <summary>The file with the summary.</summary>
    public const string SummaryName = "summary.json";
    /// <summary>The file with the resolved options.</summary>
    public const string ConfigName = "config.yaml";
    /// <summary>The file with the time profile.</summary>
    public const string ProfileName = "profile.json";
    /// <summary>The file with pictures of a few samples.</summary>
    internal const string SamplesName = "samples.json";

    /// <summary>Pictures of a few samples; null if the run has none.</summary>
    internal RunSamples? Samples { get; init; }
}
