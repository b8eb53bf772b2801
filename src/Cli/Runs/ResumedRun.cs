using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>`train --resume`: resumes a stopped or killed run from its newest undamaged checkpoint.</summary>
/// <param name="path">The run's folder, which all processes must share.</param>
/// <param name="dataRoot">The first folder to look for data sets; null for the usual places.</param>
/// <param name="deviceName">The processor; null takes the CPU.</param>
/// <param name="console">The console.</param>
/// <param name="rendezvous">The processes that share the run; null for a single process.</param>
/// <param name="threads">Threads that compute; null keeps the number.</param>
/// <param name="teacherPlace">The path of the teacher; null for the original path.</param>
internal sealed class ResumedRun(
    string path, string? dataRoot, string? deviceName, CommandConsole console, Rendezvous? rendezvous = null,
    int? threads = null, string? teacherPlace = null)
{
    private readonly TrainingDisplay _display = new(console);

    /// <summary>The unpruned twin; null for the one in the run's folder.</summary>
    public RunSummary? Twin { get; init; }

    /// <summary>Resumes training. The folder is complete at the end.</summary>
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
    /// Trains together with rank 0, which writes all files and output. Returns whether the run was stopped.
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
                $"The run in {path} was started by another program, with its own data and options; "
                + "that program resumes it by TrainingRun.Resume.");
        }

        var options = ExperimentOptions.Read(run.Config, Path.Combine(path, RunFolder.ConfigName), []);
        return (options, TrainingDataSource.Open(options, dataRoot), Devices.Find(deviceName, rendezvous));
    }

    // All processes that have joined have read the checkpoint, so from now on rank 0 may write others.
    private ProcessGroup? Join(Device device) => rendezvous is null ? null : ProcessGroup.Join(rendezvous, device.Kind);

    private void RequireFolder()
    {
        if (!Directory.Exists(path))
        {
            throw new OcsInputException(
                $"--resume {path}: there is no such folder; give the folder of a stopped run.");
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

    // Several processes would see the new folder of another one.
    private void RequireBegun()
    {
        if (rendezvous is not null && !HasBegun())
        {
            throw new OcsInputException(
                $"The run in {path} was stopped before it began, so there is nothing to resume; "
                + "run its command again, with --force.");
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
        Tell($"The run in {path} was stopped before it began; it starts again.");
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

        // The run was killed after the last checkpoint, before its folder was removed.
        checkpoints.Remove();
        throw new OcsInputException(
            $"The run in {path} is complete, so there is nothing to resume; its report.html has the results.");
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
        return $"{file} was changed after the start of the run: it is rewritten, "
            + "because a run continues with its original options.";
    }

    private string? OtherEngine(string before, Device device)
    {
        var now = Devices.Describe(device, rendezvous);
        return before == now
            ? null
            : $"The run began on {before} and continues on {now}, so sums may be rounded differently from now on.";
    }

    private static RunSummary? ReadTwin(RunDirectory folder)
    {
        var twin = folder.PathOf(RunDirectory.TwinName);
        return File.Exists(Path.Combine(twin, RunFolder.SummaryName)) ? RunLogReader.Read(twin).Summary : null;
    }
}
