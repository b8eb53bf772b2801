using System.Text;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Formats;
using Ocs.Pruning;
using Ocs.Reporting.Html;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Checkpoints;

namespace Ocs.Cli.Runs;

/// <summary>One training from options to a complete run folder: what `train`, `baseline` and `demo` do.</summary>
/// <param name="options">The resolved options.</param>
/// <param name="kind">One cycle, or the same schedule without pruning.</param>
/// <param name="place">Where it runs and writes.</param>
/// <param name="console">Where it is shown.</param>
internal sealed class TrainingRun(ExperimentOptions options, RunKind kind, RunPlace place, CommandConsole console)
{
    /// <summary>The unpruned twin that the summary and the report compare with.</summary>
    public RunSummary? Twin { get; init; }

    private OneCycleOptions? Pruning => kind == RunKind.Baseline ? null : options.Pruning;

    /// <summary>Trains, and leaves the folder complete, also when it was stopped.</summary>
    public RunOutcome Execute()
    {
        RunDirectory.Check(place.Folder, place.Force);
        var data = TrainingDataSource.Open(options, place.DataRoot);
        var device = Devices.Find(place.Device);
        using var start = TrainingStart.Open(options, data.Train, device);
        var folder = RunDirectory.Take(place.Folder, place.Force);
        try
        {
            var config = $"# {console.CommandLine}\n{options.ToYaml()}";
            AtomicFile.Write(folder.PathOf(RunFolder.ConfigName), stream => stream.Write(Encoding.UTF8.GetBytes(config)));
            using var log = new RunLogWriter(folder.Path);
            var run = new RunState(config, kind, start.Source, Devices.Describe(device), log.Position());
            return Train(folder, log, run, data, device, new(console), display =>
            {
                var trainer = new OneCycleTrainer(start.Graph, data, options.Training, Pruning, device, start.Parameters);
                start.Release();
                ShowStart(start, display);
                return trainer;
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    /// <summary>Goes on from a checkpoint in the run's folder.</summary>
    public RunOutcome Resume(
        RunDirectory folder, Checkpoint checkpoint, RunState run, TrainingData data, Device device, TrainingDisplay display)
    {
        try
        {
            var (log, notice) = RunLogWriter.Resume(folder.Path, run.Log);
            using var _ = log;
            return Train(folder, log, run, data, device, display, display =>
            {
                if (notice is not null)
                {
                    display.Message(notice);
                }

                display.Message($"Goes on in epoch {checkpoint.State.Epoch}, after {checkpoint.State.Progress?.Steps ?? 0} steps of it.");
                return OneCycleTrainer.Resume(checkpoint, data, options.Training, Pruning, device);
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    private RunOutcome Train(
        RunDirectory folder, RunLogWriter log, RunState run, TrainingData data, Device device, TrainingDisplay display,
        Func<TrainingDisplay, OneCycleTrainer> prepare)
    {
        using var observer = new RunObserver(folder, log, run, options.Training.CheckpointsKept, display)
        {
            HasBegun = folder.Checkpoints.Any,
        };
        try
        {
            using var trainer = prepare(display);
            (trainer.Observer, trainer.Reload, trainer.OptionsText) = (observer, ModelFiles.SaveAndReload, options.ToYaml());
            using var result = display.Watch(() => trainer.Run(console.Stop));
            return Finish(folder, log, run, data, result, device);
        }
        catch when (!observer.HasBegun)
        {
            log.Dispose();
            folder.Abandon();
            throw;
        }
        catch (Exception error) when (OfTheDisk(error) is { } reason)
        {
            throw new OcsInputException(
                $"{folder.Path} cannot be written to ({reason.Message.TrimEnd('.')}); make room, and `ocs train --resume {folder.Path}` goes on.", error);
        }
    }

    private static void ShowStart(TrainingStart start, TrainingDisplay display)
    {
        if (start.Source is { } source)
        {
            display.Message($"Starts from the weights of {source}: {start.Graph.Macs:N0} MACs.");
        }
    }

    private RunOutcome Finish(
        RunDirectory folder, RunLogWriter log, RunState run, TrainingData data, TrainingResult result, Device device)
    {
        ModelFiles.WriteSafetensors(folder.PathOf(RunDirectory.WeightsName), result.Graph, result.Parameters);
        var summary = Summaries.Of(options, kind, data, result, CommandOf(run.Config), Devices.Describe(device)) with
        {
            Weights = run.Weights,
            Baseline = Twin is { } twin ? Summaries.Twin(twin) : null,
            Onnx = result.Record is null ? null : WriteOnnx(folder.PathOf(RunDirectory.OnnxName), result),
        };
        log.WriteSummary(summary);
        HtmlReport.Write(folder.Path);
        if (!result.Stopped)
        {
            folder.Checkpoints.Remove();
        }

        return new(summary, folder.Path, result.Stopped);
    }

    private static Exception? OfTheDisk(Exception error) =>
        (error is OcsInputException ? error.InnerException : error) is var cause && cause is IOException or UnauthorizedAccessException ? cause : null;

    // Its first line is a comment of the command that began the run.
    internal static string CommandOf(string config) => config.Split('\n')[0].TrimStart('#', ' ');

    // A network that ONNX has no form for is trained all the same; the summary says why there is no file.
    private OnnxSummary WriteOnnx(string path, TrainingResult result)
    {
        OnnxSummary check;
        try
        {
            OnnxFile.Write(path, result.Graph, result.Parameters);
            check = OnnxCheck.Run(path, result.Graph, result.Parameters);
        }
        catch (OcsInputException error)
        {
            check = new() { Tolerance = OnnxCheck.Tolerance, Problem = error.Message };
        }

        console.WriteLine(OnnxCheck.Sentence(path, check));
        return check;
    }
}

/// <summary>Where a run reads, computes and writes.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Force">Whether a run that is there already is replaced.</param>
/// <param name="DataRoot">Where data sets are looked for first; null takes the usual places.</param>
/// <param name="Device">The processor; null takes the CPU.</param>
internal sealed record RunPlace(string Folder, bool Force, string? DataRoot, string? Device);

/// <summary>What a run left.</summary>
internal sealed record RunOutcome(RunSummary Summary, string Folder, bool Stopped);
