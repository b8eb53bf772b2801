using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Reporting.Html;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training;

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
            File.WriteAllText(folder.PathOf(RunFolder.ConfigName), $"# {console.CommandLine}\n{options.ToYaml()}");
            using var log = new RunLogWriter(folder.Path);
            var display = new TrainingDisplay(console);
            var observer = new RunObserver(folder, log, display);
            try
            {
                using var trainer = new OneCycleTrainer(
                    start.Graph,
                    data,
                    options.Training,
                    kind == RunKind.Baseline ? null : options.Pruning,
                    device,
                    start.Parameters)
                {
                    Observer = observer,
                    Reload = ModelFiles.SaveAndReload,
                    OptionsText = options.ToYaml(),
                };
                start.Release();
                ShowStart(start, data, display);
                using var result = display.Watch(() => trainer.Run(console.Stop));
                return Finish(folder, log, data, result, start, device);
            }
            catch when (!observer.HasBegun)
            {
                log.Dispose();
                folder.Abandon();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    private static void ShowStart(TrainingStart start, TrainingData data, TrainingDisplay display)
    {
        if (data is { Train: ImageFolder train, Test: ImageFolder test })
        {
            display.Message(
                $"{train.Count:N0} images of {train.ClassNames.Length:N0} classes from {train.Source}; "
                + $"accuracy on {test.Count:N0} from {test.Source}.");
        }

        if (start.Source is { } source)
        {
            display.Message($"Starts from the weights of {source}: {start.Graph.Macs:N0} MACs.");
        }
    }

    private RunOutcome Finish(
        RunDirectory folder, RunLogWriter log, TrainingData data, TrainingResult result, TrainingStart start,
        Device device)
    {
        ModelFiles.WriteSafetensors(folder.PathOf(RunDirectory.WeightsName), result.Graph, result.Parameters);
        var summary = Summaries.Of(options, kind, data, result, console.CommandLine, Devices.Describe(device)) with
        {
            Weights = start.Source,
            Baseline = Twin is { } twin ? Summaries.Twin(twin) : null,
            Onnx = result.Record is null ? null : WriteOnnx(folder.PathOf(RunDirectory.OnnxName), result),
        };
        log.WriteSummary(summary);
        foreach (var line in BrokenImageList.Lines(data.Train).Concat(BrokenImageList.Lines(data.Test)))
        {
            console.Error.WriteLine(line);
        }

        HtmlReport.Write(folder.Path);
        return new(summary, folder.Path, result.Stopped);
    }

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
