using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Cli.Commands;

/// <summary>The parsed command line of `ocs train` or `ocs baseline`.</summary>
internal sealed record TrainRequest
{
    public const string DryRunName = "--dry-run";
    public const string SweepName = "--sweep";
    public const string RepeatName = "--repeat";
    public const string ProcessesName = "--processes";

    /// <summary>One cycle, or the same schedule without pruning.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The words of the command line.</summary>
    public required ImmutableArray<string> Words { get; init; }

    /// <summary>The processes that share the run; null for this one alone.</summary>
    public required Rendezvous? Rendezvous { get; init; }

    /// <summary>The folder of the run to resume; null for a new run.</summary>
    public string? Resumed { get; init; }

    /// <summary>The YAML file; null if options name the network and the data.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Each KEY=VALUE that overrides the file.</summary>
    public ImmutableArray<string> Sets { get; init; } = [];

    /// <summary>Keys that options such as --epochs override.</summary>
    public ImmutableArray<Assignment> Flags { get; init; } = [];

    /// <summary>The run's folder; null for the default from its options.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether an existing run in the folder is replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether the run writes its profile.json.</summary>
    public bool Profile { get; init; }

    /// <summary>How many seeds the run is repeated with; null for one run.</summary>
    public int? Repeats { get; init; }

    /// <summary>Each key with its sweep values.</summary>
    public ImmutableArray<string> Sweeps { get; init; } = [];

    /// <summary>Whether only the plan is shown.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The first folder to look for data sets; null for the usual places.</summary>
    public string? DataRoot { get; init; }

    /// <summary>The processor; null for the CPU.</summary>
    public string? Device { get; init; }

    /// <summary>How many processes to start; null for none.</summary>
    public int? Processes { get; init; }

    /// <summary>Threads of a resumed run; null keeps the number.</summary>
    public int? Threads { get; init; }

    /// <summary>The path of the teacher of a resumed run; null for the original path.</summary>
    public string? Teacher { get; init; }

    /// <summary>Whether this process writes files and output.</summary>
    public bool IsFirst => Rendezvous is null or { Rank: 0 };

    /// <summary>The options of the run; the given assignments override all others.</summary>
    public ExperimentOptions Load(params IEnumerable<string> assignments) =>
        ExperimentOptions.Load(ConfigFile, Sets, [.. Flags, .. assignments.Select(YamlReader.ReadAssignment)]);

    /// <summary>The place of a run with these options.</summary>
    public RunPlace PlaceOf(ExperimentOptions options) =>
        new(Folder ?? DefaultFolder(options), Force, DataRoot, Device, Profile, Rendezvous);

    /// <summary>The place of a sweep; its folder contains those of the runs.</summary>
    public RunPlace PlaceOfSweep(ExperimentOptions options) =>
        PlaceOf(options) with { Folder = Folder ?? $"{DefaultFolder(options)}-sweep" };

    /// <summary>The number of processes to start instead of training; null for none.</summary>
    public int? ProcessesToStart()
    {
        if (Processes is not { } count)
        {
            return null;
        }

        if (count < 1)
        {
            throw new OcsInputException($"{ProcessesName} must be at least 1, but is {count}.");
        }

        if (Rendezvous is not null)
        {
            throw new OcsInputException(
                $"{ProcessesName} starts processes, but this is one of {Rendezvous.Size} already "
                + "(RANK and the like are set); leave it out.");
        }

        return count > 1 ? count : null;
    }

    /// <summary>Fails if an option does not work with several processes.</summary>
    public void RequireOneProcess(string option)
    {
        var count = Rendezvous?.Size ?? Processes ?? 1;
        if (count > 1)
        {
            throw new OcsInputException(
                $"{option} takes one process for now, but this is one of {count}; "
                + $"start it alone, without {ProcessesName}.");
        }
    }

    /// <summary>Fails if several budgets are combined with other options that exclude them.</summary>
    public void RequireBudgetsAlone()
    {
        RequireOneProcess(BudgetRuns.Key);
        if (Repeats is not null || !Sweeps.IsEmpty)
        {
            throw new OcsInputException(
                $"{BudgetRuns.Key} gives several networks, so {(Repeats is not null ? RepeatName : SweepName)} "
                + "cannot be given; leave one of them out.");
        }
    }

    /// <summary>The command line of each process to start.</summary>
    public ImmutableArray<string> WordsOfOneProcess() => Words.RemoveRange(Words.IndexOf(ProcessesName), 2);

    private string DefaultFolder(ExperimentOptions options)
    {
        var source = Path.GetFileNameWithoutExtension(ConfigFile)
            ?? $"{Path.GetFileNameWithoutExtension(options.Model)}-{options.Data}";
        var variant = Kind == RunKind.Baseline ? "baseline" : Choices.NameOf(options.Preset);
        return Path.Combine("runs", $"{source}-{variant}-s{options.Seed}");
    }
}
