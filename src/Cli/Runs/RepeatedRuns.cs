using System.Collections.Immutable;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Reporting;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>`train --repeat`: the same run with several seeds, one after the other, in separate folders.</summary>
internal sealed class RepeatedRuns(ExperimentOptions options, RunKind kind, RunPlace place, CommandConsole console)
{
    private const string SeedPrefix = "seed-";

    /// <summary>Runs the incomplete runs. If the command is run again, it resumes.</summary>
    /// <returns>The result; null if it was stopped.</returns>
    public RepeatSummary? Execute(int count)
    {
        if (count < 1)
        {
            throw new OcsInputException($"--repeat must be at least 1, but is {count}.");
        }

        using var held = RunDirectory.Lock(place.Folder, console.Error.WriteLine, isNew: true);
        var runs = ImmutableArray.CreateBuilder<RunSummary>(count);
        foreach (var seed in Enumerable.Range(0, count).Select(index => options.Seed + (ulong)index))
        {
            var folder = Path.Combine(place.Folder, $"{SeedPrefix}{seed}");
            console.WriteLine($"seed {seed}: {folder}");
            var outcome = RunUnlessComplete(
                options with { Seed = seed, Training = options.Training with { Seed = seed } }, folder);
            if (outcome.Stopped)
            {
                return null;
            }

            runs.Add(outcome.Summary);
        }

        var paper = PaperRow.Nearest(runs[0]);
        var summary =
            RepeatSummary.Of(runs) with { Paper = paper is null ? null : new(paper.Table, paper.Macs, paper.Accuracy) };
        summary.Write(place.Folder);
        return summary;
    }

    /// <summary>Starts the run in a folder, resumes it if it was stopped, or returns it if it is complete.</summary>
    public RunOutcome RunUnlessComplete(ExperimentOptions seeded, string folder)
    {
        var config = Path.Combine(folder, RunFolder.ConfigName);
        if (place.Force || !File.Exists(config))
        {
            return new ExperimentRun(seeded, kind, place with { Folder = folder }, console).Execute();
        }

        if (!File.ReadAllText(config).EndsWith($"\n{seeded.ToYaml()}", StringComparison.Ordinal))
        {
            throw new OcsInputException(
                $"{folder} holds a run with other options; "
                + "give another folder with --out, or --force to replace the runs in it.");
        }

        return new CheckpointFolder(folder).Any || RunLogReader.Read(folder).Summary is not { } complete
            ? new ResumedRun(folder, place.DataRoot, place.Device, console).Execute()
            : new(complete, folder, Stopped: false);
    }
}
