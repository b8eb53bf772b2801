using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>
/// `targets` of a configuration: one run per target, in separate folders. They share the epochs before their cuts.
/// </summary>
/// <param name="options">The options of all; their targets are the budgets.</param>
/// <param name="place">Where they run; its folder contains those of the runs.</param>
/// <param name="console">The console.</param>
internal sealed class BudgetRuns(ExperimentOptions options, RunPlace place, CommandConsole console)
{
    /// <summary>The key of the configuration.</summary>
    public const string Key = "targets";

    private readonly ImmutableArray<BudgetPlan> _plans =
        BudgetPlan.Of(options.Pruning, options.Budgets!, options.Training.Epochs);

    /// <summary>Threads that compute; null for those of the options.</summary>
    public int? Threads { get; init; }

    /// <summary>The options of the run of the smallest target.</summary>
    public ExperimentOptions First => Of(_plans[0]);

    /// <summary>Whether a folder contains the runs of several budgets.</summary>
    public static bool AreIn(string folder)
    {
        var config = Path.Combine(folder, RunFolder.ConfigName);
        return File.Exists(config) && !File.Exists(Path.Combine(folder, RunFolder.LogName))
            && File.ReadLines(config).Any(line =>
                line.StartsWith($"{Key}: [", StringComparison.Ordinal) && line != $"{Key}: []");
    }

    /// <summary>Resumes the runs in a folder, with their options.</summary>
    /// <returns>The result; null if a run was stopped.</returns>
    public static BudgetCurve? Resume(RunPlace place, int? threads, CommandConsole console)
    {
        var config = Path.Combine(place.Folder, RunFolder.ConfigName);
        var options = ExperimentOptions.Load(config, []);
        using var computing = ThreadCount.Use(threads ?? options.Threads);
        var command = RunState.CommandOf(File.ReadAllText(config));
        return new BudgetRuns(options, place, console with { CommandLine = command }) { Threads = threads }.Execute();
    }

    /// <summary>
    /// Runs what is not complete yet, and puts all together: run again, the command resumes where it was stopped.
    /// </summary>
    /// <returns>The result; null if a run was stopped.</returns>
    public BudgetCurve? Execute()
    {
        using var held = RunDirectory.Lock(place.Folder, console.Error.WriteLine, isNew: true);
        BudgetFolder.Open(place.Folder, ConfigOf(options), place.Force);
        var runs = new BudgetFolder(place.Folder, _plans);
        var twin = BudgetFolder.TwinIn(place.Folder);
        foreach (var plan in _plans)
        {
            var folder = runs.PathOf(plan);
            console.WriteLine($"{plan.Name}: {folder}");
            var outcome = runs.StepOf(plan) switch
            {
                BudgetStep.Begin => new ExperimentRun(
                    Of(plan), RunKind.Train, place with { Folder = folder, Force = true }, console)
                {
                    Twin = twin,
                    Next = [.. _plans.Skip(1).Select(next => new Continuation(next.Target, ConfigOf(Of(next))))],
                }.Execute(),
                BudgetStep.GoOn => new ResumedRun(folder, place.DataRoot, place.Device, console, threads: Threads)
                {
                    Twin = twin,
                }.Execute(),
                _ => null,
            };
            if (outcome is { Stopped: true })
            {
                return null;
            }
        }

        return runs.Finish(options.AllowedLoss);
    }

    private ExperimentOptions Of(BudgetPlan plan) => options with { Targets = [], Pruning = plan.Options };

    private string ConfigOf(ExperimentOptions all) => $"# {CleanText.Line(console.CommandLine)}\n{all.ToYaml()}";
}
