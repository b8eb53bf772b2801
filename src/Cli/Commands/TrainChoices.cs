using System.Collections;
using System.CommandLine;
using System.CommandLine.Parsing;
using Ocs.Cli.Completing;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Commands;

/// <summary>The argument and the options of `ocs train` and `ocs baseline`.</summary>
/// <param name="kind">One cycle, or the same schedule without pruning.</param>
internal sealed class TrainChoices(RunKind kind)
{
    private readonly Argument<string?> _config = new("CONFIG")
    {
        Description = "A YAML file; experiments/ has one for each row of the paper's tables. "
            + "Optional with --model and --data.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "CONFIG",
        CompletionSources = { PathValues.Files(".yaml", ".yml") },
    };

    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Resumes the stopped or killed run in this folder, with its original options.",
        HelpName = "RUN",
        CompletionSources = { PathValues.Runs },
    };

    private readonly TrainingFlags _flags = new();

    private readonly Option<string[]> _set = new(TrainCommand.SetName)
    {
        Description = "Overrides any key of the file, such as training.epochs=20. May be repeated.",
        HelpName = "KEY=VALUE",
        CompletionSources = { Values.Assignment },
    };

    private readonly Option<string?> _folder = new("--out", "-o")
    {
        Description = "The run's folder (default: runs/<name of CONFIG>-"
            + $"{(kind == RunKind.Train ? "<preset>" : "baseline")}-s<seed>).",
        HelpName = "DIR",
        CompletionSources = { PathValues.Folders },
    };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Replaces a run that is already in the folder.",
    };

    private readonly Option<bool> _profile = new("--profile")
    {
        Description = "Writes the time of each part of an epoch, and the arithmetic rate, "
            + "into profile.json of the run's folder.",
    };

    private readonly Option<int?> _repeat = new(TrainRequest.RepeatName)
    {
        Description = "Runs N seeds one after the other, in folders seed-N, and shows mean and deviation. "
            + "The same command again continues.",
        HelpName = "N",
    };

    private readonly Option<string[]> _sweep = new(TrainRequest.SweepName)
    {
        Description = "A run for each value of a key, such as pruning.target=0.3,0.5, in a folder named after it, "
            + "and a page that compares them. Given twice, a run for each combination. "
            + "The same command again continues.",
        HelpName = "KEY=A,B,..",
        CompletionSources = { Values.Assignments },
    };

    private readonly Option<bool> _dryRun = new(TrainRequest.DryRunName)
    {
        Description = "Takes a few steps and shows the plan with groups, reachable targets, memory and time. "
            + "Writes nothing.",
    };

    private readonly Option<string?> _dataRoot = CommonOptions.DataRoot();
    private readonly Option<string?> _device = CommonOptions.Device();

    private readonly Option<int?> _processes = new(TrainRequest.ProcessesName)
    {
        Description = "Trains with N processes of this machine, each on its part of every batch. "
            + "Processes that torchrun, srun or mpirun start find each other without it (docs/cluster.md).",
        HelpName = "N",
    };

    // In the order of the help.
    private IEnumerable<Option> Options =>
    [
        _resume, .. _flags.All, _set, _folder, _force, _profile, _repeat, _sweep, _dryRun, _dataRoot, _device,
        _processes,
    ];

    // A resumed run keeps its options; only paths can change.
    private IEnumerable<Option> OptionsOfResume => [_resume, _dataRoot, _device, _processes, .. _flags.OfResume];

    /// <summary>Adds the argument and the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_config);
        foreach (var option in Options)
        {
            command.Add(option);
        }
    }

    /// <summary>The request of a command line.</summary>
    public TrainRequest Of(ParseResult parsed)
    {
        var request = new TrainRequest
        {
            Kind = kind,
            Words = [.. parsed.Tokens.Select(token => token.Value)],
            Rendezvous = Rendezvous.FromEnvironment(Variables()),
            Resumed = parsed.GetValue(_resume),
            ConfigFile = parsed.GetValue(_config),
            Sets = [.. parsed.GetValue(_set) ?? []],
            Flags = _flags.Of(parsed),
            Folder = parsed.GetValue(_folder),
            Force = parsed.GetValue(_force),
            Profile = parsed.GetValue(_profile),
            Repeats = parsed.GetValue(_repeat),
            Sweeps = [.. parsed.GetValue(_sweep) ?? []],
            IsDryRun = parsed.GetValue(_dryRun),
            DataRoot = parsed.GetValue(_dataRoot),
            Device = parsed.GetValue(_device),
            Processes = parsed.GetValue(_processes),
            Threads = parsed.GetValue(_resume) is null ? null : _flags.ThreadsOf(parsed),
            Teacher = parsed.GetValue(_resume) is null ? null : _flags.TeacherOf(parsed),
        };
        if (request.Resumed is not null)
        {
            RequireNoOtherOptions(parsed);
        }
        else if (request.ConfigFile is null && !_flags.IsGiven("--model", parsed))
        {
            var name = parsed.CommandResult.Command.Name;
            throw new OcsInputException(
                $"`ocs {name}` needs CONFIG, or --model and --data, or --resume RUN; "
                + $"`ocs {name} --help` shows what it takes.");
        }

        return request;
    }

    private void RequireNoOtherOptions(ParseResult parsed)
    {
        var given = Options.Prepend<Symbol>(_config).Except(OptionsOfResume).FirstOrDefault(
            symbol => parsed.GetResult(symbol) is { Tokens.Count: > 0 } or OptionResult { Implicit: false });
        if (given is not null)
        {
            throw new OcsInputException(
                $"--resume uses the options that the run began with, so {given.Name} cannot be given; "
                + "leave it out, or begin a new run.");
        }
    }

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(
            pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
}
