using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>
/// Resumes a stopped or killed run from its newest undamaged checkpoint: what `train --resume` does.
/// </summary>
/// <param name="path">The run's folder, which all processes of the run see.</param>
/// <param name="dataRoot">Where data sets are looked for first; null takes the usual places.</param>
/// <param name="deviceName">The processor; null takes the CPU.</param>
/// <param name="console">Where it is shown.</param>
/// <param name="rendezvous">The processes that share the run; null for this one alone.</param>
/// <param name="threads">Threads that compute; null for those that the run began with.</param>
/// <param name="teacherPlace">Where the teacher is; null for where it was.</param>
internal sealed class ResumedRun(
    string path, string? dataRoot, string? deviceName, CommandConsole console, Rendezvous? rendezvous = null,
    int? threads = null, string? teacherPlace = null)
{
    private readonly TrainingDisplay _display = new(console);

    /// <summary>The unpruned twin; null for the one in the run's folder.</summary>
    public RunSummary? Twin { get; init; }

    /// <summary>Trains on, and leaves the folder complete.</summary>
    public RunOutcome Execute()
    {
        RequireFolder();
        using var held = RunDirectory.Lock(path, console.Error.WriteLine, isNew: false);
        RunDirectory.RequireOrdinaryFiles(path);
        if (BeginAnew(held) is { } outcome)
        {
            return outcome;
        }

        var (checkpoint, run, notice) = Newest();
        try
        {
            var (options, data, device) = Open(run);
            using var _ = data;
            using var computing = ThreadCount.Use(threads ?? options.Threads);
            using var teacher = TrainingTeacher.Reopen(options, data, teacherPlace);
            using var group = Join(device);
            var folder = RunDirectory.Reopen(path);
            Tell(notice);
            Tell(RestoreConfig(folder, run.Config));
            Tell(OtherEngine(run.Engine, device));
            var training = new ExperimentRun(options, run.Kind, Place, console) { Twin = Twin ?? ReadTwin(folder) };
            return training.Resume(
                folder, folder.WithBest(checkpoint, Tell), run, teacher, data, device, group, _display);
        }
        catch
        {
            checkpoint.Release();
            throw;
        }
    }

    /// <summary>
    /// Trains along with rank 0, which writes and shows what comes out; returns whether the run was stopped.
    /// </summary>
    public bool Follow()
    {
        RequireBegun();
        var (checkpoint, run, _) = Newest();
        try
        {
            var (options, data, device) = Open(run);
            using var _ = data;
            using var computing = ThreadCount.Use(threads ?? options.Threads);
            using var teacher = TrainingTeacher.Reopen(options, data, teacherPlace);
            using var group = Join(device);
            var training = new ExperimentRun(options, run.Kind, Place, console);
            return training.Follow(checkpoint, teacher, data, device, group);
        }
        catch
        {
            checkpoint.Release();
            throw;
        }
    }

    private RunPlace Place => new(path, Force: false, dataRoot, deviceName, Rendezvous: rendezvous);

    private (ExperimentOptions Options, ExperimentData Data, Device Device) Open(RunState run)
    {
        if (run.Config.StartsWith(RunDirectory.OwnProgram, StringComparison.Ordinal))
        {
            throw new OcsInputException(
                $"The run in {path} was begun by a program with data and options of its own; "
                + "that program goes on with it by TrainingRun.Resume.");
        }

        var options = ExperimentOptions.Read(run.Config, Path.Combine(path, RunFolder.ConfigName), []);
        return (options, TrainingDataSource.Open(options, dataRoot), Devices.Find(deviceName, rendezvous));
    }

    // Who has joined has read the checkpoint, so from here on rank 0 may write others.
    private ProcessGroup? Join(Device device) => rendezvous is null ? null : ProcessGroup.Join(rendezvous, device.Kind);

    private void RequireFolder()
    {
        if (!Directory.Exists(path))
        {
            throw new OcsInputException(
                $"--resume {path}: there is no such folder; give that of a run that was stopped.");
        }
    }

    // A run that was killed before its first checkpoint has trained nothing.
    private bool HasBegun()
    {
        RequireFolder();
        var config = new FileInfo(Path.Combine(path, RunFolder.ConfigName));
        var log = new FileInfo(Path.Combine(path, RunFolder.LogName));
        return !config.Exists || (log.Exists && log.Length > 0)
            || File.Exists(Path.Combine(path, RunFolder.SummaryName))
            || new CheckpointFolder(path).Any;
    }

    // Several processes would see each other's new folder.
    private void RequireBegun()
    {
        if (rendezvous is not null && !HasBegun())
        {
            throw new OcsInputException(
                $"The run in {path} was stopped before it began, so there is nothing to go on with; "
                + "give the command that began it again, with --force.");
        }
    }

    private RunOutcome? BeginAnew(FolderLock held)
    {
        RequireBegun();
        if (HasBegun())
        {
            return null;
        }

        var config = new FileInfo(Path.Combine(path, RunFolder.ConfigName));
        Tell($"The run in {path} was stopped before it began; it begins anew.");
        var command = RunState.CommandOf(File.ReadAllText(config.FullName));
        var kind = command.StartsWith("ocs baseline", StringComparison.Ordinal) ? RunKind.Baseline : RunKind.Train;
        var options = ExperimentOptions.Load(
            config.FullName, teacherPlace is null ? [] : [$"distill.teacher={teacherPlace}"]);
        using var computing = ThreadCount.Use(threads ?? options.Threads);
        return new ExperimentRun(
            options, kind, new(path, Force: true, dataRoot, deviceName), console with { CommandLine = command })
        {
            Lock = held,
        }.Execute();
    }

    private (Checkpoint Checkpoint, RunState Run, string? Notice) Newest()
    {
        var checkpoints = new CheckpointFolder(path);
        if (checkpoints.Any || !File.Exists(Path.Combine(path, RunFolder.SummaryName)))
        {
            return checkpoints.ReadNewest();
        }

        // Killed between the last checkpoint and its folder.
        checkpoints.Remove();
        throw new OcsInputException(
            $"The run in {path} is complete, so there is nothing to go on with; its report.html says what came out.");
    }

    private void Tell(string? sentence)
    {
        if (sentence is not null)
        {
            _display.Message(sentence);
        }
    }

    private static string? RestoreConfig(RunDirectory folder, string config)
    {
        var file = folder.PathOf(RunFolder.ConfigName);
        if (File.Exists(file) && File.ReadAllText(file) == config)
        {
            return null;
        }

        RunSession.WriteConfig(folder, config);
        return $"{file} is not as the run had written it: it is written anew, "
            + "for a run goes on with the options that it began with.";
    }

    private string? OtherEngine(string before, Device device)
    {
        var now = Devices.Describe(device, rendezvous);
        return before == now
            ? null
            : $"The run began on {before} and goes on on {now}, so sums may be rounded differently from here on.";
    }

    private static RunSummary? ReadTwin(RunDirectory folder)
    {
        var twin = folder.PathOf(RunDirectory.TwinName);
        return File.Exists(Path.Combine(twin, RunFolder.SummaryName)) ? RunLogReader.Read(twin).Summary : null;
    }
}
