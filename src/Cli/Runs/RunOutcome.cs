using Ocs.RunLog;

namespace Ocs.Cli.Runs;

/// <summary>What a run left.</summary>
internal sealed record RunOutcome(RunSummary Summary, string Folder, bool Stopped);
