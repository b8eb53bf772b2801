using System.Text.Json.Serialization;
using Ocs.RunLog;

namespace Ocs.Training.Checkpoints;

/// <summary>What the folder of a run needs for resuming, besides the training state.</summary>
/// <param name="Config">The text of config.yaml: command line and resolved options.</param>
/// <param name="Kind">Which command made the run.</param>
/// <param name="Weights">The file of the starting weights.</param>
/// <param name="Engine">libtorch's version, device and threads: with others, sums are rounded differently.</param>
/// <param name="Log">The end of the log.</param>
/// <param name="Teacher">The network that the run's network learns from, or its file; null for none.</param>
internal sealed record RunState(
    string Config, RunKind Kind, string? Weights, string Engine, RunLogPosition Log, string? Teacher = null)
{
    /// <summary>
    /// Runs that continue from this run's cut, each from the cut of the one before it; null if there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Continuation>? Next { get; init; }

    /// <summary>The command that began the run: the comment that its options begin with.</summary>
    internal string Command => CommandOf(Config);

    /// <summary>The command of a configuration.</summary>
    internal static string CommandOf(string config) => config.Split('\n')[0].TrimStart('#', ' ');
}
