using Ocs.RunLog;

namespace Ocs.Cli.Runs;

/// <summary>The result of a run.</summary>
internal sealed record RunOutcome(RunSummary Summary, string Folder, bool Stopped);
