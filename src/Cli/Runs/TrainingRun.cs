using System.Text;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Data;
using Ocs.Formats;
using Ocs.Graphs.Operators;
using Ocs.Pruning;
using Ocs.Reporting.Html;
using Ocs.Reporting.TensorBoard;
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

    /// <summary>The lock on the folder, where the caller has it; else the run takes it.</summary>
    public FolderLock? Lock { get; init; }

    private OneCycleOptions? Pruning => kind == RunKind.Baseline ? null : options.Pruning;

    /// <summary>Trains, and leaves the folder complete, also when it was stopped.</summary>
    public RunOutcome Execute()
    {
        using var held = Lock is null ? RunDirectory.Lock(place.Folder, console, isNew: true) : null;
        RunDirectory.Check(place.Folder, place.Force);
        Pruning?.ValidateFor(options.Training.Epochs);
        var data = TrainingDataSource.Open(options, place.DataRoot);
        var device = Devices.Find(place.Device, place.Rendezvous);
        using var start = TrainingStart.Open(options, data.Train, device);
        TrainingMemory.Require(start.Graph, options.Training, data, device, place.Rendezvous?.Size ?? 1);
        using var group = Join(device);
        var folder = RunDirectory.Take(place.Folder, place.Force);
        try
        {
            var config = $"# {CleanText.Line(console.CommandLine)}\n{options.ToYaml()}";
            AtomicFile.Replace(folder.PathOf(RunFolder.ConfigName), stream => stream.Write(Encoding.UTF8.GetBytes(config)));
            using var log = new RunLogWriter(folder.Path);
            using var events = new EventFile(folder.Path);
            var run = new RunState(config, kind, start.Source, Devices.Describe(device, place.Rendezvous), log.Position());
            return Train(folder, (log, events), run, data, device, new(console), display =>
            {
                var trainer = start.Trainer(data.ForTraining, options.Training, Pruning, Setup(device, group));
                ShowStart(start, data, display);
                return trainer;
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    /// <summary>Trains along with rank 0, which writes and shows what comes out; returns whether the run was stopped.</summary>
    public bool Follow()
    {
        var data = TrainingDataSource.Open(options, place.DataRoot);
        var device = Devices.Find(place.Device, place.Rendezvous);
        using var start = TrainingStart.Open(options, data.Train, device);
        using var group = Join(device);
        using var heed = console.HeedStop();
        using var trainer = start.Trainer(data.ForTraining, options.Training, Pruning, Setup(device, group));
        using var result = trainer.Run(console.Stop);
        return result.Stopped;
    }

    /// <summary>The same from a checkpoint.</summary>
    public bool Follow(Checkpoint checkpoint, ImageData data, Device device, ProcessGroup? group)
    {
        using var heed = console.HeedStop();
        using var trainer = Trainer(checkpoint, data, device, group);
        using var result = trainer.Run(console.Stop);
        return result.Stopped;
    }

    /// <summary>Goes on from a checkpoint in the run's folder.</summary>
    public RunOutcome Resume(
        RunDirectory folder, Checkpoint checkpoint, RunState run, ImageData data, Device device, ProcessGroup? group, TrainingDisplay display)
    {
        try
        {
            var (log, notice) = RunLogWriter.Resume(folder.Path, run.Log);
            using var _ = log;
            using var events = new EventFile(folder.Path, run.Log.NextEpoch);
            foreach (var record in RunLogReader.Read(folder.Path).Records.Where(record => record.Epoch >= events.NextEpoch))
            {
                events.Append(record);
            }

            return Train(folder, (log, events), run, data, device, display, display =>
            {
                if (notice is not null)
                {
                    display.Message(notice);
                }

                display.Message($"Goes on in epoch {checkpoint.State.Epoch}, after {checkpoint.State.Progress?.Steps ?? 0} steps of it.");
                return Trainer(checkpoint, data, device, group);
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    private RunOutcome Train(
        RunDirectory folder, (RunLogWriter Log, EventFile Events) files, RunState run, ImageData data, Device device,
        TrainingDisplay display, Func<TrainingDisplay, OneCycleTrainer> prepare)
    {
        using var heed = console.HeedStop();
        using var observer = new RunObserver(folder, files.Log, files.Events, run, options.Training.CheckpointsKept, display)
        {
            HasBegun = folder.Checkpoints.Any,
        };
        try
        {
            using var trainer = prepare(display);
            trainer.Observer = observer;
            using var result = display.Watch(() => Trained(trainer, failure => Leave(files.Log, folder, run, data, failure, device)));
            if (place.Profile)
            {
                WriteProfile(files.Log, observer.Epochs, result, device);
            }

            return Finish(folder, files.Log, run, data, result, device);
        }
        catch when (!observer.HasBegun)
        {
            files.Log.Dispose();
            files.Events.Dispose();
            folder.Clear();
            throw;
        }
        catch (Exception error) when (OfTheDisk(error) is { } reason)
        {
            var remedy = folder.Checkpoints.Any
                ? $"make room, and `ocs train --resume {ShellWord.Of(folder.Path)}` goes on"
                : "make room, and begin the run anew, for it has no checkpoint to go on from";
            throw new OcsInputException($"{folder.Path} cannot be written to ({reason.Message.TrimEnd('.')}); {remedy}.", error);
        }
    }

    // What a failed run came to is written before its sentence ends the command.
    private TrainingResult Trained(OneCycleTrainer trainer, Action<TrainingResult> leave)
    {
        try
        {
            return trainer.Run(console.Stop);
        }
        catch (TrainingFailedException failure)
        {
            using var result = trainer.Leave(failure);
            leave(result);
            throw;
        }
    }

    private void Leave(RunLogWriter log, RunDirectory folder, RunState run, ImageData data, TrainingResult result, Device device)
    {
        log.WriteSummary(Summary(run, data, result, device));
        HtmlReport.Write(folder.Path);
    }

    private RunSummary Summary(RunState run, ImageData data, TrainingResult result, Device device) =>
        Summaries.Of(options, kind, data, result, CommandOf(run.Config), Engine(device, result)) with
        {
            Weights = run.Weights,
            Baseline = Twin is { } twin ? BaselineSummary.Of(twin) : null,
        };

    private ProcessGroup? Join(Device device) => place.Rendezvous is null ? null : ProcessGroup.Join(place.Rendezvous, device.Kind);

    private OneCycleTrainer Trainer(Checkpoint checkpoint, ImageData data, Device device, ProcessGroup? group) =>
        OneCycleTrainer.Resume(checkpoint, data.ForTraining, options.Training, Pruning, Setup(device, group));

    private TrainerSetup Setup(Device device, ProcessGroup? group) =>
        new() { Device = device, Group = group, Profile = place.Profile, OptionsText = options.ToYaml() };

    private static void ShowStart(TrainingStart start, ImageData data, TrainingDisplay display)
    {
        if (data is { Train: ImageFolder train, Test: ImageFolder test })
        {
            display.Message(
                $"{train.Count:N0} images of {train.ClassNames.Length:N0} classes from {train.Source}; "
                + $"accuracy on {test.Count:N0} from {test.Source}.");
            foreach (var remark in train.Remarks.Concat(test.Remarks))
            {
                display.Message(remark);
            }
        }

        if (start.Source is { } source)
        {
            display.Message($"Starts from the weights of {source}: {start.Graph.Macs:N0} MACs.");
        }

        foreach (var remark in start.Remarks)
        {
            display.Message(remark);
        }

        if (start.Graph.Nodes[start.Graph.Outputs[0]].Operator is Softmax { Logarithm: false })
        {
            display.Message($"Warning: {start.Graph.Name} ends in a softmax, and the loss takes what is before it; export it without one.");
        }
    }

    private RunOutcome Finish(
        RunDirectory folder, RunLogWriter log, RunState run, ImageData data, TrainingResult result, Device device)
    {
        // Written anew where somebody has removed it.
        log.Position();
        NetworkFile.WriteSafetensors(folder.PathOf(RunDirectory.WeightsName), result.Graph, result.Parameters);
        var summary = Summary(run, data, result, device) with
        {
            Problem = Problem(folder, result),
            Onnx = OnnxNameOf(result) is { } name ? WriteOnnx(folder.PathOf(name), result) : null,
            Latency = result.Record is null ? null : CutLatency.Measure(result.Original, result.Graph),
        };
        log.WriteSummary(summary);
        ShowWhatToShip(folder, result, summary);
        foreach (var line in BrokenImageList.Lines(data.Train).Concat(BrokenImageList.Lines(data.Test)))
        {
            console.Error.WriteLine(line);
        }

        HtmlReport.Write(folder.Path);
        if (!result.Stopped)
        {
            // Checkpoints last: while there are any, a killed run goes on and tidies up.
            if (result.Problem is null)
            {
                File.Delete(folder.PathOf(RunDirectory.WholeName));
            }

            folder.Checkpoints.Remove();
        }

        return new(summary, folder.Path, result.Stopped);
    }

    private void ShowWhatToShip(RunDirectory folder, TrainingResult result, RunSummary summary)
    {
        if (summary.Latency is { } latency
            && CutLatency.Warning(latency, options.Pruning.RoundTo, multiple => $"pruning.round-to: {multiple}") is { } warning)
        {
            console.Error.WriteLine(warning);
        }

        if (summary.Onnx is { Equal: true } && OnnxNameOf(result) is { } name)
        {
            console.WriteLine(FileToShip.Sentence(
                folder.PathOf(name), isOnnx: true, result.Graph, isFolded: false,
                $"`ocs export {folder.PathOf(RunDirectory.ModelName)} --onnx FILE.onnx --fold-batch-norm`"));
        }
    }

    private static string? Problem(RunDirectory folder, TrainingResult result)
    {
        var whole = folder.PathOf(RunDirectory.WholeName);
        return result.Problem is { } problem && File.Exists(whole)
            ? $"{CommandWords.Of(problem)} {whole} holds the network as it was before the cut."
            : result.Problem is { } unfit ? CommandWords.Of(unfit) : null;
    }

    private void WriteProfile(RunLogWriter log, IReadOnlyList<EpochProfile> epochs, TrainingResult result, Device device)
    {
        var profile = new RunProfile
        {
            Precision = Choices.NameOf(result.Precision),
            Engine = Devices.Describe(device, place.Rendezvous),
            PeakGigaflops = PeakArithmetic.Gigaflops(result.Precision, device),
            Epochs = [.. epochs],
        };
        log.WriteProfile(profile);
        ProfileTable.Write(profile, console);
    }

    private string Engine(Device device, TrainingResult result) =>
        $"{Devices.Describe(device, place.Rendezvous)}, {Choices.NameOf(result.Precision)}";

    private static Exception? OfTheDisk(Exception error) =>
        (error is OcsInputException ? error.InnerException : error) is var cause && cause is IOException or UnauthorizedAccessException ? cause : null;

    // Its first line is a comment of the command that began the run.
    internal static string CommandOf(string config) => config.Split('\n')[0].TrimStart('#', ' ');

    // What was stopped before its cut goes on, so that there is no network to use yet.
    private static string? OnnxNameOf(TrainingResult result) =>
        result.Record is not null ? RunDirectory.OnnxName : result.Stopped ? null : RunDirectory.UncutOnnxName;

    // A network that ONNX has no form for is trained all the same; the summary says why there is no file.
    private OnnxSummary WriteOnnx(string path, TrainingResult result)
    {
        OnnxSummary check;
        try
        {
            check = OnnxCheck.Write(path, result.Graph, result.Parameters, new(), console);
        }
        catch (OcsInputException error)
        {
            check = new() { Tolerance = OnnxCheck.Tolerance, Problem = CommandWords.Of(error.Message) };
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
/// <param name="Profile">Whether it writes where its time went.</param>
/// <param name="Rendezvous">The processes that share the run; null for this one alone.</param>
internal sealed record RunPlace(
    string Folder, bool Force, string? DataRoot, string? Device, bool Profile = false, Rendezvous? Rendezvous = null);

/// <summary>What a run left.</summary>
internal sealed record RunOutcome(RunSummary Summary, string Folder, bool Stopped);
