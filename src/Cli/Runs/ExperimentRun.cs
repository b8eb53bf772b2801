using System.Text;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;
using Ocs.Cli.Runtimes;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;

namespace Ocs.Cli.Runs;

/// <summary>Trains from options to a complete run folder, for `train`, `baseline` and `demo`.</summary>
/// <param name="options">The resolved options.</param>
/// <param name="kind">One cycle, or the same schedule without pruning.</param>
/// <param name="place">Where the run computes and writes.</param>
/// <param name="console">The console.</param>
internal sealed class ExperimentRun(ExperimentOptions options, RunKind kind, RunPlace place, CommandConsole console)
{
    /// <summary>The unpruned twin for the comparison in the summary and the report.</summary>
    public RunSummary? Twin { get; init; }

    /// <summary>The lock on the folder; null if the run has to take it.</summary>
    public FolderLock? Lock { get; init; }

    /// <summary>
    /// Runs that continue one after the other from the network before this run's cut; null if there are none.
    /// </summary>
    public IReadOnlyList<Continuation>? Next { get; init; }

    private OneCycleOptions? Pruning => kind == RunKind.Baseline ? null : options.Pruning;

    /// <summary>Trains. The folder is complete, even if the run was stopped.</summary>
    public RunOutcome Execute()
    {
        using var held = Lock is null ? RunDirectory.Lock(place.Folder, console.Error.WriteLine, isNew: true) : null;
        RunDirectory.Check(place.Folder, place.Force);
        Pruning?.ValidateFor(options.Training.Epochs);
        using var data = TrainingDataSource.Open(options, place.DataRoot);
        var device = Devices.Find(place.Device, place.Rendezvous);
        using var start = TrainingStart.Open(options, data, device);
        using var teacher = TrainingTeacher.Open(options, start, data);
        TrainingMemory.Require(start.Graph, options.Training, data, device, place.Rendezvous?.Size ?? 1);
        using var group = Join(device);
        var folder = RunDirectory.Take(place.Folder, place.Force);
        try
        {
            var display = new TrainingDisplay(console);
            var config = $"# {CleanText.Line(console.CommandLine)}\n{options.ToYaml()}";
            var run = new RunState(
                config, kind, start.Source, Devices.Describe(device, place.Rendezvous), Log: new(0, "", 0),
                teacher?.Source)
            {
                Next = Next,
            };
            using var session = RunSession.Begin(
                folder, run, options.Training.CheckpointsKept, display, Summarize(data, device));
            return Train(folder, session, data, device, display, () =>
            {
                var trainer = StartTrainer(start, teacher, data, device, group);
                StartSentences.Show(start, options, data, display);
                StartSentences.Show(teacher, options, display);
                return trainer;
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    /// <summary>
    /// Trains together with rank 0, which writes all files and output. Returns whether the run was stopped.
    /// </summary>
    public bool Follow()
    {
        using var data = TrainingDataSource.Open(options, place.DataRoot);
        var device = Devices.Find(place.Device, place.Rendezvous);
        using var start = TrainingStart.Open(options, data, device);
        using var teacher = TrainingTeacher.Open(options, start, data);
        using var group = Join(device);
        using var heed = console.HeedStop();
        using var trainer = StartTrainer(start, teacher, data, device, group);
        using var result = trainer.Run(cancellationToken: console.Stop);
        return result.Stopped;
    }

    /// <summary>Trains together with rank 0 from a checkpoint.</summary>
    public bool Follow(
        Checkpoint checkpoint, TrainingTeacher? teacher, ExperimentData data, Device device, ProcessGroup? group)
    {
        using var heed = console.HeedStop();
        using var trainer = Trainer(checkpoint, teacher, data, device, group);
        using var result = trainer.Run(cancellationToken: console.Stop);
        return result.Stopped;
    }

    /// <summary>Resumes from a checkpoint in the run's folder.</summary>
    public RunOutcome Resume(
        RunDirectory folder, Checkpoint checkpoint, RunState run, TrainingTeacher? teacher, ExperimentData data,
        Device device, ProcessGroup? group, TrainingDisplay display)
    {
        try
        {
            using var session = RunSession.Resume(
                folder, run, options.Training.CheckpointsKept, display, Summarize(data, device));
            return Train(folder, session, data, device, display, () =>
            {
                var trainer = Trainer(checkpoint, teacher, data, device, group);
                display.Message($"Continues in epoch {checkpoint.State.Epoch}, after "
                    + $"{checkpoint.State.Progress?.Steps ?? 0} of its steps.");
                StartSentences.Show(teacher, options, display);
                return trainer;
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunDirectory.Unwritable(folder.Path, error);
        }
    }

    private RunOutcome Train(
        RunDirectory folder, RunSession session, ExperimentData data, Device device, TrainingDisplay display,
        Func<OneCycleTrainer> prepare)
    {
        using var heed = console.HeedStop();
        using var trainer = session.Prepare(prepare);
        using var result = display.Watch(() => session.Train(trainer, progress: null, console.Stop));
        if (place.Profile)
        {
            WriteProfile(session, result, device);
        }

        var summary = session.Finish(result, summary =>
        {
            if (SamplePictures.Of(result, data, folder.PathOf(RunDirectory.WholeName)) is { } samples)
            {
                session.Log.WriteSamples(samples with
                {
                    Precision = PrecisionCurves.Of(result, data, options.Training.EvaluationBatchSize),
                });
            }

            data.Vocabulary?.Save(folder.PathOf(RunDirectory.VocabularyName));
            if (data.ClassNames is { } names)
            {
                AtomicFile.Replace(
                    folder.PathOf(RunDirectory.ClassesName),
                    stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(names.Select(name => $"{name}\n")))));
            }

            return summary with
            {
                Onnx = RunDirectory.OnnxNameOf(result) is { } name ? WriteOnnx(folder.PathOf(name), result) : null,
                Latency = result.Record is null ? null : CutLatency.Measure(result.Original, result.Graph),
            };
        });
        ShowWhatToShip(folder, result, summary);
        foreach (var line in BrokenImageList.Lines(data.Train).Concat(BrokenImageList.Lines(data.Test)))
        {
            console.Error.WriteLine(line);
        }

        return new(summary, folder.Path, result.Stopped);
    }

    // Adds to the summary what only the command knows, in its words.
    private Func<TrainingResult, RunState, RunSummary> Summarize(ExperimentData data, Device device) => (result, run) =>
    {
        var summary = RunSummaries.Of(
            result, data.Samples, options.Training, Pruning, run,
            $"{Devices.Describe(device, place.Rendezvous)}, {Choices.NameOf(result.Precision)}");
        return summary with
        {
            Data = options.Data,
            Preset = OptionName.Of(options.Preset.ToString()),
            Problem = summary.Problem is { } problem ? CommandWords.Of(problem) : null,
            Warnings = [.. summary.Warnings.Select(CommandWords.Of)],
            Layers =
            [
                .. summary.Layers.Select(layer => layer with
                {
                    Reason = layer.Reason is { } reason ? CommandWords.Of(reason) : null,
                }),
            ],
            Baseline = Twin is { } twin ? BaselineSummary.Of(twin) : null,
        };
    };

    private ProcessGroup? Join(Device device) =>
        place.Rendezvous is null ? null : ProcessGroup.Join(place.Rendezvous, device.Kind);

    private OneCycleTrainer StartTrainer(
        TrainingStart start, TrainingTeacher? teacher, ExperimentData data, Device device, ProcessGroup? group)
    {
        var setup = Setup(teacher, device, group);
        using (teacher)
        {
            return start.Trainer(data.For(start.Graph), options.Training, Pruning, setup);
        }
    }

    private OneCycleTrainer Trainer(
        Checkpoint checkpoint, TrainingTeacher? teacher, ExperimentData data, Device device, ProcessGroup? group)
    {
        var setup = Setup(teacher, device, group);
        using (teacher)
        {
            return OneCycleTrainer.Resume(checkpoint, data.For(checkpoint.Original), options.Training, Pruning, setup);
        }
    }

    private TrainerSetup Setup(TrainingTeacher? teacher, Device device, ProcessGroup? group) => new()
    {
        Device = device,
        Group = group,
        Teacher = teacher?.Network,
        Profile = place.Profile,
        OptionsText = options.ToYaml(),
    };

    private void ShowWhatToShip(RunDirectory folder, TrainingResult result, RunSummary summary)
    {
        if (summary.Latency is { } latency
            && CutLatency.Warning(
                latency, options.Pruning.RoundTo, multiple => $"pruning.round-to: {multiple}") is { } warning)
        {
            console.Error.WriteLine(warning);
        }

        if (summary.Onnx is { Equal: true } && RunDirectory.OnnxNameOf(result) is { } name)
        {
            var model = ShellWord.Of(folder.PathOf(RunDirectory.ModelName));
            console.WriteLine(FileToShip.Sentence(
                folder.PathOf(name), isOnnx: true, result.Graph, isFolded: false,
                $"`ocs export {model} --onnx FILE.onnx --fold-batch-norm`"));
        }
    }

    private void WriteProfile(RunSession session, TrainingResult result, Device device)
    {
        var profile = new RunProfile
        {
            Precision = Choices.NameOf(result.Precision),
            Engine = Devices.Describe(device, place.Rendezvous),
            PeakGigaflops = PeakArithmetic.Gigaflops(result.Precision, device),
            Epochs = [.. session.Epochs],
        };
        session.Log.WriteProfile(profile);
        ProfileTable.Write(profile, console);
    }

    // A network that cannot be exported is trained all the same; the summary says why there is no file.
    private OnnxSummary WriteOnnx(string path, TrainingResult result)
    {
        OnnxSummary check;
        try
        {
            check = KeptCheck.Write(path, result.Graph, result.Parameters, new(), console);
        }
        catch (OcsInputException error)
        {
            check = new() { Tolerance = OnnxCheck.Tolerance, Problem = CommandWords.Of(error.Message) };
        }

        console.WriteLine(KeptCheck.Sentence(path, result.Graph, check));
        return check;
    }
}
