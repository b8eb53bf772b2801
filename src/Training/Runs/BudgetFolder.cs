using System.Collections.Immutable;
using System.Text;
using Ocs.Reporting.Html;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;

namespace Ocs.Training.Runs;

/// <summary>The folder of several budgets that share a run: a run's folder for each, the curve, and its page.</summary>
/// <param name="path">The folder, which is locked.</param>
/// <param name="plans">The budgets, the smallest first.</param>
internal sealed class BudgetFolder(string path, ImmutableArray<BudgetPlan> plans)
{
    /// <summary>The folder of a budget's run.</summary>
    public string PathOf(BudgetPlan plan) => Path.Combine(path, plan.Name);

    /// <summary>
    /// Opens a folder: the options are written into an empty one; one with the same options is resumed.
    /// </summary>
    /// <param name="path">The folder, which is locked.</param>
    /// <param name="config">The text of its config.yaml, whose first line is the command.</param>
    /// <param name="replace">Whether its content is replaced.</param>
    /// <exception cref="OcsInputException">It holds something else.</exception>
    public static void Open(string path, string config, bool replace)
    {
        var file = Path.Combine(path, RunFolder.ConfigName);
        if (File.Exists(file) && !replace)
        {
            if (OptionsOf(File.ReadAllText(file)) != OptionsOf(config))
            {
                throw new OcsInputException(
                    $"The folder {path} holds runs with other options; give another one with `folder`, "
                    + "or `replace` to replace the runs in it.");
            }

            return;
        }

        var folder = RunDirectory.Take(path, replace);
        foreach (var run in Directory.EnumerateDirectories(path).Where(run => NextFolder.TargetOf(run) is not null))
        {
            RunDirectory.At(run).Clear();
        }

        File.Delete(folder.PathOf(BudgetCurve.FileName));
        RunSession.WriteConfig(folder, config);
    }

    /// <summary>Throws if several processes would share the runs.</summary>
    public static void RequireOneProcess(ProcessGroup? group)
    {
        if (group is { Size: > 1 })
        {
            throw new OcsInputException(
                $"Several `{nameof(BudgetOptions.Targets)}` take one process for now, but this is one of {group.Size}; "
                + "start it alone.");
        }
    }

    /// <summary>The next step for a budget. All budgets before it are complete.</summary>
    /// <exception cref="OcsInputException">Its run cannot be resumed.</exception>
    public BudgetStep StepOf(BudgetPlan plan)
    {
        var folder = PathOf(plan);
        return new CheckpointFolder(folder).Any ? BudgetStep.GoOn
            : File.Exists(Path.Combine(folder, RunFolder.SummaryName)) ? BudgetStep.Nothing
            : plan == plans[0] ? BudgetStep.Begin
            : throw new OcsInputException(
                $"{folder} holds no run to resume, and the run that it begins with is complete; "
                + "begin all anew with `replace`.");
    }

    /// <summary>The summary of the unpruned twin, if the folder has one.</summary>
    public static RunSummary? TwinIn(string path)
    {
        var twin = Path.Combine(path, RunDirectory.TwinName);
        return File.Exists(Path.Combine(twin, RunFolder.SummaryName))
            && RunLogReader.Read(twin).Summary is { Kind: RunKind.Baseline } summary ? summary : null;
    }

    /// <summary>Writes the curve and its page, once every run is complete.</summary>
    public BudgetCurve Finish(double allowedLoss)
    {
        ImmutableArray<RunFolder> runs = [.. plans.Select(plan => RunLogReader.Read(PathOf(plan)))];
        var curve = BudgetCurve.Of(
            [.. plans.Select((plan, index) => (plan.Target, plan.Name, runs[index].Summary!))], TwinIn(path),
            allowedLoss);
        curve.Write(path);
        HtmlBudgets.Write(path, curve, Config());
        return curve;
    }

    private string? Config()
    {
        var file = Path.Combine(path, RunFolder.ConfigName);
        return File.Exists(file) ? File.ReadAllText(file, Encoding.UTF8) : null;
    }

    private static string OptionsOf(string config) => config[(config.IndexOf('\n', StringComparison.Ordinal) + 1)..];
}

/// <summary>The next step for a budget.</summary>
internal enum BudgetStep
{
    /// <summary>Its run has not begun.</summary>
    Begin,

    /// <summary>Its run was stopped, or begins with the network of the run before it.</summary>
    GoOn,

    /// <summary>Its run is complete.</summary>
    Nothing,
}
