using Ocs.Cli.Commands;
using Ocs.Cli.Runs;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Cli.Output;

/// <summary>Shows the results of `ocs train` and `ocs baseline`; each method returns the exit code.</summary>
internal static class TrainingOutput
{
    public static int Show(TrainingPlan plan, CommandConsole console)
    {
        if (console.Json)
        {
            console.WriteJson(plan, CliJson.Readable.TrainingPlan);
        }
        else
        {
            PlanTable.Write(plan, console);
        }

        return ExitCode.Fine;
    }

    public static int Show(RunOutcome outcome, CommandConsole console)
    {
        RunTable.Write(outcome.Summary, console);
        console.WriteLine(outcome.Stopped
            ? Stopped(outcome)
            : $"{outcome.Folder} holds the network, its log and report.html.");
        if (console.Json)
        {
            console.Output.Write(File.ReadAllText(Path.Combine(outcome.Folder, RunFolder.SummaryName)));
        }

        return outcome.Stopped ? ExitCode.Interrupted : CodeOf([outcome.Summary]);
    }

    /// <param name="summary">Of all seeds; null when a run was stopped.</param>
    /// <param name="folder">The folder with the runs' folders.</param>
    /// <param name="console">The console.</param>
    public static int Show(RepeatSummary? summary, string folder, CommandConsole console)
    {
        if (summary is null)
        {
            return StoppedIn(folder, console);
        }

        RepeatTable.Write(summary, console);
        if (console.Json)
        {
            console.Output.Write(File.ReadAllText(Path.Combine(folder, RepeatSummary.FileName)));
        }

        return summary.UnfitSeeds.IsEmpty ? ExitCode.Fine : ExitCode.Unfit;
    }

    /// <param name="runs">Of all values; null when one was stopped.</param>
    /// <param name="folder">The folder with the runs' folders.</param>
    /// <param name="console">The console.</param>
    public static int Show(IReadOnlyList<RunFolder>? runs, string folder, CommandConsole console)
    {
        if (runs is null)
        {
            return StoppedIn(folder, console);
        }

        if (console.Json)
        {
            console.WriteJson(SweepOutput.Of(runs, folder), CliJson.Readable.SweepOutput);
        }
        else
        {
            SweepTable.Write(SweepOutput.Of(runs, folder), console);
        }

        return CodeOf(runs.Select(run => run.Summary!));
    }

    /// <param name="curve">Of all budgets; null when a run was stopped.</param>
    /// <param name="folder">The folder with the runs' folders.</param>
    /// <param name="console">The console.</param>
    public static int Show(BudgetCurve? curve, string folder, CommandConsole console)
    {
        if (curve is null)
        {
            console.WriteLine($"Stopped; `ocs train --resume {ShellWord.Of(folder)}` resumes the runs in it.");
            return ExitCode.Interrupted;
        }

        BudgetTable.Write(curve, folder, console);
        if (console.Json)
        {
            console.Output.Write(File.ReadAllText(Path.Combine(folder, BudgetCurve.FileName)));
        }

        return curve.Points.Any(point => point.Problem is not null) ? ExitCode.Unfit : ExitCode.Fine;
    }

    /// <summary>The exit code of complete runs.</summary>
    public static int CodeOf(IEnumerable<RunSummary> summaries) =>
        summaries.Any(summary => summary.Problem is not null) ? ExitCode.Unfit : ExitCode.Fine;

    private static string Stopped(RunOutcome outcome)
    {
        var next = new CheckpointFolder(outcome.Folder).Any
            ? $"`ocs train --resume {ShellWord.Of(outcome.Folder)}` resumes it."
            : "There is no checkpoint to resume from.";
        return $"Stopped in epoch {outcome.Summary.Epochs}; {outcome.Folder} has the network of that moment. {next}";
    }

    private static int StoppedIn(string folder, CommandConsole console)
    {
        console.WriteLine($"Stopped; the same command resumes the runs in {folder}.");
        return ExitCode.Interrupted;
    }
}
