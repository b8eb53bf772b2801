using System.Collections;
using System.CommandLine;
using System.CommandLine.Parsing;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runs;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;

namespace Ocs.Cli.Commands;

/// <summary>`ocs train` and `ocs baseline`: one cycle, and the same schedule without pruning.</summary>
internal static class TrainCommand
{
    /// <summary>The option that sets a key of the configuration.</summary>
    public const string SetName = "--set";

    private const string ProcessesName = "--processes";
    private const string Stopping = " Ctrl-C stops it after the step, with exit code 130; --resume goes on as if it had never stopped.";

    public static Command CreateTrain(CommandConsole console) => Create(
        "train", "Trains a network in one cycle: train, find the stable sub-network, cut, train on." + Stopping, RunKind.Train, console);

    public static Command CreateBaseline(CommandConsole console) => Create(
        "baseline", "Trains the unpruned twin: the same options and schedule without pruning." + Stopping, RunKind.Baseline, console);

    private static Command Create(string name, string description, RunKind kind, CommandConsole console)
    {
        var config = new Argument<string?>("CONFIG")
        {
            Description = "A YAML file; experiments/ has one for each row of the paper's tables. --model and --data do without one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var resume = new Option<string?>("--resume")
        {
            Description = "Goes on with the run in this folder, which was stopped or killed, with the options that it began with.",
            HelpName = "RUN",
        };
        var flags = new TrainingFlags();
        var set = new Option<string[]>(SetName)
        {
            Description = "Sets any option over the file, such as training.epochs=20; may be given again.",
            HelpName = "KEY=VALUE",
        };
        var folder = new Option<string?>("--out", "-o")
        {
            Description = $"The run's folder (default: runs/<name of CONFIG>-<{(kind == RunKind.Train ? "preset" : "baseline")}>-s<seed>).",
            HelpName = "DIR",
        };
        var force = new Option<bool>("--force") { Description = "Replaces the run that is in the folder already." };
        var profile = new Option<bool>("--profile")
        {
            Description = "Writes where each epoch's time went, and the arithmetic rate reached, into profile.json of the run's folder.",
        };
        var repeat = new Option<int?>("--repeat")
        {
            Description = "So many runs with seeds one after the other, in folders seed-N; shows mean and deviation. Given again, it goes on.",
            HelpName = "N",
        };
        var sweep = new Option<string[]>("--sweep")
        {
            Description = "A run for each value of an option, such as pruning.target=0.3,0.5, in a folder named after it, and a page that compares "
                + "them; given twice, for each combination. Given again, it goes on.",
            HelpName = "KEY=A,B,..",
        };
        var dry = new Option<bool>("--dry-run")
        {
            Description = "Takes a few steps, shows the plan with groups, reachable targets, memory and time, and writes nothing.",
        };
        var root = CommonOptions.DataRoot();
        var device = CommonOptions.Device();
        var processes = new Option<int>(ProcessesName)
        {
            Description = "Trains with so many processes of this machine, each on its part of every batch. "
                + "Those that torchrun, srun or mpirun start find each other without it (docs/cluster.md).",
            HelpName = "N",
        };
        var command = new Command(name, description) { config, resume };
        foreach (var option in flags.All.Concat([set, folder, force, profile, repeat, sweep, dry, root, device, processes]))
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            var rendezvous = Rendezvous.FromEnvironment(Variables());
            var isFirst = rendezvous is null or { Rank: 0 };
            if (parsed.GetValue(resume) is { } stopped)
            {
                RequireAlone(parsed, command, [resume, root, device, processes, flags.Threads]);
                if (Several() is { } code)
                {
                    return code;
                }

                var resumed = new ResumedRun(
                    stopped, parsed.GetValue(root), parsed.GetValue(device), isFirst ? console : console.Silent(), rendezvous, flags.ThreadsOf(parsed));
                return isFirst ? Show(resumed.Execute(), console) : resumed.Follow() ? ExitCode.Interrupted : ExitCode.Fine;
            }

            var file = parsed.GetValue(config);
            if (file is null && flags.ValueOf("--model", parsed) is null)
            {
                throw new OcsInputException(
                    $"`ocs {name}` needs CONFIG, or --model and --data, or --resume RUN; `ocs {name} --help` shows what it takes.");
            }

            var options = ExperimentOptions.Load(file, parsed.GetValue(set) ?? [], flags.Of(parsed).AsSpan());
            using var threads = ThreadCount.Use(options.Threads);
            if (parsed.GetValue(dry))
            {
                RequireOneProcess(dry.Name, parsed.GetValue(processes), rendezvous);
                return Show(new DryRun(options, kind, parsed.GetValue(root), parsed.GetValue(device), console).Execute(), console);
            }

            if (parsed.GetValue(sweep) is { Length: > 0 } sweeps)
            {
                RequireOneProcess(sweep.Name, parsed.GetValue(processes), rendezvous);
                var above = Place() with { Folder = parsed.GetValue(folder) ?? $"{DefaultFolder(file, options, kind)}-sweep" };
                var points = new SweptRuns(
                    point => ExperimentOptions.Load(file, parsed.GetValue(set) ?? [], [.. flags.Of(parsed), .. point.Select(YamlReader.ReadAssignment)]),
                    kind, above, parsed.GetValue(repeat), console);
                return Show(points.Execute(sweeps), above.Folder, console);
            }

            if (parsed.GetValue(repeat) is { } runs)
            {
                RequireOneProcess(repeat.Name, parsed.GetValue(processes), rendezvous);
                return Show(new RepeatedRuns(options, kind, Place(), console).Execute(runs), Place().Folder, console);
            }

            if (Several() is { } exit)
            {
                return exit;
            }

            var run = new ExperimentRun(options, kind, Place(), isFirst ? console : console.Silent());
            return isFirst ? Show(run.Execute(), console) : run.Follow() ? ExitCode.Interrupted : ExitCode.Fine;

            int? Several() =>
                parsed.GetResult(processes) is not null && ProcessesToStart(parsed.GetValue(processes), rendezvous) is var count and > 1
                    ? LocalProcesses.Run(count, Without(ProcessesName, parsed.Tokens), console)
                    : null;

            RunPlace Place() => new(
                parsed.GetValue(folder) ?? DefaultFolder(file, options, kind),
                parsed.GetValue(force),
                parsed.GetValue(root),
                parsed.GetValue(device),
                parsed.GetValue(profile),
                rendezvous);
        });
        return command;
    }

    private static void RequireOneProcess(string option, int processes, Rendezvous? rendezvous)
    {
        var count = rendezvous?.Size ?? processes;
        if (count > 1)
        {
            throw new OcsInputException($"{option} takes one process for now, but this is one of {count}; start it alone, without {ProcessesName}.");
        }
    }

    private static int ProcessesToStart(int count, Rendezvous? rendezvous)
    {
        if (count < 1)
        {
            throw new OcsInputException($"{ProcessesName} must be at least 1, but is {count}.");
        }

        return rendezvous is null
            ? count
            : throw new OcsInputException(
                $"{ProcessesName} starts processes, but this is one of {rendezvous.Size} already (RANK and the like are set); leave it out.");
    }

    private static List<string> Without(string option, IEnumerable<Token> tokens)
    {
        var words = tokens.Select(token => token.Value).ToList();
        words.RemoveRange(words.IndexOf(option), 2);
        return words;
    }

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);

    // The options are the run's own; only places may be others than they were.
    private static void RequireAlone(ParseResult parsed, Command command, Symbol[] allowed)
    {
        var given = command.Arguments.Concat<Symbol>(command.Options).Except(allowed)
            .FirstOrDefault(symbol => parsed.GetResult(symbol) is { Tokens.Count: > 0 } or OptionResult { Implicit: false });
        if (given is not null)
        {
            throw new OcsInputException(
                $"--resume goes on with the options that the run began with, so {given.Name} cannot be given; leave it out, or begin a new run.");
        }
    }

    private static string DefaultFolder(string? file, ExperimentOptions options, RunKind kind)
    {
        var source = Path.GetFileNameWithoutExtension(file) ?? $"{Path.GetFileNameWithoutExtension(options.Model)}-{options.Data}";
        var variant = kind == RunKind.Baseline ? "baseline" : OptionName.Of(options.Preset.ToString());
        return Path.Combine("runs", $"{source}-{variant}-s{options.Seed}");
    }

    private static int Show(TrainingPlan plan, CommandConsole console)
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

    private static int Show(RepeatSummary? summary, string folder, CommandConsole console)
    {
        if (summary is null)
        {
            console.WriteLine($"Stopped; the same command goes on with the runs in {folder}.");
            return ExitCode.Interrupted;
        }

        RepeatTable.Write(summary, console);
        if (console.Json)
        {
            console.Output.Write(File.ReadAllText(Path.Combine(folder, RepeatSummary.FileName)));
        }

        return summary.UnfitSeeds.IsEmpty ? ExitCode.Fine : ExitCode.Unfit;
    }

    private static int Show(IReadOnlyList<RunFolder>? runs, string folder, CommandConsole console)
    {
        if (runs is null)
        {
            console.WriteLine($"Stopped; the same command goes on with the runs in {folder}.");
            return ExitCode.Interrupted;
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

    private static int Show(RunOutcome outcome, CommandConsole console)
    {
        RunTable.Write(outcome.Summary, console);
        console.WriteLine(outcome.Stopped
            ? $"Stopped in epoch {outcome.Summary.Epochs}; {outcome.Folder} holds the network as it was then. "
                + (new CheckpointFolder(outcome.Folder).Any
                    ? $"`ocs train --resume {ShellWord.Of(outcome.Folder)}` goes on."
                    : "No checkpoint was written to go on from.")
            : $"{outcome.Folder} holds the network, its log and report.html.");
        if (console.Json)
        {
            console.Output.Write(File.ReadAllText(Path.Combine(outcome.Folder, RunFolder.SummaryName)));
        }

        return outcome.Stopped ? ExitCode.Interrupted : CodeOf([outcome.Summary]);
    }

    /// <summary>The exit code of complete runs.</summary>
    internal static int CodeOf(IEnumerable<RunSummary> summaries) =>
        summaries.Any(summary => summary.Problem is not null) ? ExitCode.Unfit : ExitCode.Fine;
}
