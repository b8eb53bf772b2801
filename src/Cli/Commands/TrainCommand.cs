using System.CommandLine;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.RunLog;

namespace Ocs.Cli.Commands;

/// <summary>`ocs train` and `ocs baseline`: one cycle, and the same schedule without pruning.</summary>
internal static class TrainCommand
{
    /// <summary>The option that sets a key of the configuration.</summary>
    public const string SetName = "--set";

    private const string Stopping =
        " Ctrl-C stops it after the current step with exit code 130; --resume continues it exactly.";

    public static Command CreateTrain(CommandConsole console) => Create(
        "train",
        "Trains a network in one cycle: train, find the stable sub-network, cut, train on." + Stopping,
        RunKind.Train,
        console);

    public static Command CreateBaseline(CommandConsole console) => Create(
        "baseline",
        "Trains the unpruned twin: the same options and schedule without pruning." + Stopping,
        RunKind.Baseline,
        console);

    private static Command Create(string name, string description, RunKind kind, CommandConsole console)
    {
        var command = new Command(name, description);
        var choices = new TrainChoices(kind);
        choices.AddTo(command);
        command.SetAction(parsed => Run(choices.Of(parsed), console));
        return command;
    }

    private static int Run(TrainRequest request, CommandConsole console)
    {
        if (request.Resumed is { } folder)
        {
            return BudgetRuns.AreIn(folder)
                ? ResumeBudgets(request, folder, console)
                : StartProcesses(request, console) ?? Resume(request, folder, console);
        }

        var options = request.Load();
        using var threads = ThreadCount.Use(options.Threads);
        if (options.Budgets is not null && request.Kind == RunKind.Train)
        {
            return Budgets(request, options, console);
        }

        return request switch
        {
            { IsDryRun: true } => Plan(request, options, console),
            { Sweeps.IsEmpty: false } => Sweep(request, options, console),
            { Repeats: { } count } => Repeat(request, options, count, console),
            _ => StartProcesses(request, console) ?? Train(request, options, console),
        };
    }

    // The exit code of all processes; null if this process trains.
    private static int? StartProcesses(TrainRequest request, CommandConsole console) =>
        request.ProcessesToStart() is { } count
            ? LocalProcesses.Run(count, request.WordsOfOneProcess(), console)
            : null;

    private static int Train(TrainRequest request, ExperimentOptions options, CommandConsole console)
    {
        var run = new ExperimentRun(options, request.Kind, request.PlaceOf(options), ConsoleOf(request, console));
        return request.IsFirst ? TrainingOutput.Show(run.Execute(), console) : Followed(run.Follow());
    }

    private static int Budgets(TrainRequest request, ExperimentOptions options, CommandConsole console)
    {
        request.RequireBudgetsAlone();
        var place = request.PlaceOf(options);
        var runs = new BudgetRuns(options, place, console);
        return request.IsDryRun
            ? Plan(request, runs.First, console)
            : TrainingOutput.Show(runs.Execute(), place.Folder, console);
    }

    private static int ResumeBudgets(TrainRequest request, string folder, CommandConsole console)
    {
        request.RequireBudgetsAlone();
        var place = new RunPlace(folder, Force: false, request.DataRoot, request.Device);
        return TrainingOutput.Show(BudgetRuns.Resume(place, request.Threads, console), folder, console);
    }

    private static int Resume(TrainRequest request, string folder, CommandConsole console)
    {
        var run = new ResumedRun(
            folder, request.DataRoot, request.Device, ConsoleOf(request, console), request.Rendezvous, request.Threads,
            request.Teacher);
        return request.IsFirst ? TrainingOutput.Show(run.Execute(), console) : Followed(run.Follow());
    }

    private static int Plan(TrainRequest request, ExperimentOptions options, CommandConsole console)
    {
        request.RequireOneProcess(TrainRequest.DryRunName);
        var plan = new DryRun(options, request.Kind, request.DataRoot, request.Device, console).Execute();
        return TrainingOutput.Show(plan, console);
    }

    private static int Sweep(TrainRequest request, ExperimentOptions options, CommandConsole console)
    {
        request.RequireOneProcess(TrainRequest.SweepName);
        var place = request.PlaceOfSweep(options);
        var runs = new SweptRuns(point => request.Load(point), request.Kind, place, request.Repeats, console);
        return TrainingOutput.Show(runs.Execute(request.Sweeps), place.Folder, console);
    }

    private static int Repeat(TrainRequest request, ExperimentOptions options, int count, CommandConsole console)
    {
        request.RequireOneProcess(TrainRequest.RepeatName);
        var place = request.PlaceOf(options);
        var summary = new RepeatedRuns(options, request.Kind, place, console).Execute(count);
        return TrainingOutput.Show(summary, place.Folder, console);
    }

    // Only rank 0 writes output.
    private static CommandConsole ConsoleOf(TrainRequest request, CommandConsole console) =>
        request.IsFirst ? console : console.Silent();

    private static int Followed(bool wasStopped) => wasStopped ? ExitCode.Interrupted : ExitCode.Fine;
}
