using System.Diagnostics.CodeAnalysis;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Runs;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>
/// A training that writes a run's folder: the log and the report while it trains, checkpoints, the best
/// network, and at the end the network as .ocs, safetensors and ONNX. <see cref="Resume"/> continues a stopped or
/// killed run as if it had never stopped.
/// </summary>
/// <example><code>
/// using var run = TrainingRun.CanResume("run")
///     ? TrainingRun.Resume("run", data, training, pruning)
///     : TrainingRun.Begin("run", graph, data, training, pruning);
/// using var result = run.Execute();
/// </code></example>
public sealed class TrainingRun : IDisposable
{
    private readonly FolderLock? _held;
    private readonly RunDirectory _folder;
    private readonly RunSession? _session;
    private readonly OneCycleTrainer _trainer;

    private TrainingRun(FolderLock? held, RunDirectory folder, RunSession? session, Func<OneCycleTrainer> trainer)
    {
        (_held, _folder, _session) = (held, folder, session);
        _trainer = session?.Prepare(trainer) ?? trainer();
    }

    /// <summary>The run's folder.</summary>
    public string Folder => _folder.Path;

    /// <summary>Whether a folder has a checkpoint to resume from.</summary>
    public static bool CanResume(string folder) => new CheckpointFolder(folder).Any;

    /// <summary>Begins a run with random weights, drawn by <see cref="TrainingOptions.Seed"/>.</summary>
    /// <param name="folder">
    /// The run's folder; it is made if it is not there. Of several processes only rank 0 writes into it.
    /// </param>
    /// <param name="graph">The network.</param>
    /// <param name="data">Training data, validation data and the task.</param>
    /// <param name="training">How it is trained.</param>
    /// <param name="pruning">What to remove, and when; null only trains.</param>
    /// <param name="setup">Where it runs; null for this process on the CPU.</param>
    /// <param name="observer">Observes the run; null for none.</param>
    /// <param name="replace">Whether a run that is in the folder already is replaced.</param>
    /// <exception cref="OcsInputException">
    /// The folder is in use or holds a run, an option is out of range, or network, data and task do not fit each other.
    /// </exception>
    public static TrainingRun Begin(
        string folder, Graph graph, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null, ITrainingObserver? observer = null, bool replace = false) => Begin(
            folder, () => new(graph, data, training, pruning, setup), data, training, pruning, setup, observer,
            replace);

    /// <summary>Begins a run with the weights of a network, which the run then owns.</summary>
    /// <inheritdoc
    /// cref="Begin(string, Graph, TrainingData, TrainingOptions, OneCycleOptions?, TrainerSetup?, ITrainingObserver?,
    /// bool)" />
    public static TrainingRun Begin(
        string folder, Network network, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null, ITrainingObserver? observer = null, bool replace = false) => Begin(
            folder, () => new(network, data, training, pruning, setup), data, training, pruning, setup, observer,
            replace);

    /// <summary>Resumes a run from its newest undamaged checkpoint.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="data">The data that it began with.</param>
    /// <param name="training">The options that it began with.</param>
    /// <param name="pruning">The same.</param>
    /// <param name="setup">Where it runs; that may be another place than before.</param>
    /// <param name="observer">Observes the run; null for none.</param>
    /// <exception cref="OcsInputException">
    /// There is no checkpoint, or the run began with other data or options.
    /// </exception>
    [SuppressMessage("Reliability", "CA2000",
        Justification = "The run that is returned owns them; every other way out disposes of them.")]
    public static TrainingRun Resume(
        string folder, TrainingData data, TrainingOptions training, OneCycleOptions? pruning = null,
        TrainerSetup? setup = null, ITrainingObserver? observer = null)
    {
        observer ??= NoObserver.Instance;
        var tell = Telling(observer, setup);
        var held = IsFirst(setup) ? RunDirectory.Lock(folder, tell, isNew: false) : null;
        try
        {
            RunDirectory.RequireOrdinaryFiles(folder);
            var (checkpoint, state, notice) = new CheckpointFolder(folder).ReadNewest();
            try
            {
                RequireSame(folder, state.Config, Config(training, pruning));
                if (notice is not null)
                {
                    tell(notice);
                }

                var directory = held is null ? RunDirectory.At(folder) : RunDirectory.Reopen(folder);
                var session = held is null ? null : RunSession.Resume(
                    directory, state, training.CheckpointsKept, observer, Summarize(data, training, pruning, setup),
                    setup?.Logger);
                checkpoint = directory.WithBest(checkpoint, tell);
                return new(
                    held, directory, session,
                    () => OneCycleTrainer.Resume(checkpoint, data, training, pruning, setup));
            }
            catch
            {
                checkpoint.Release();
                throw;
            }
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Trains to the end, or until it is cancelled; then the current step is completed. Either way the folder is
    /// completed.
    /// </summary>
    /// <param name="progress">Receives every step; null for none. With several processes only rank 0's is used.</param>
    /// <param name="cancellationToken">
    /// Ends the run after the present step, or after the present evaluation. That is no error: the result says
    /// <see cref="TrainingResult.Stopped"/>, and the folder has a checkpoint that <see cref="Resume"/> continues from.
    /// </param>
    /// <returns>What the run came to, with the network.</returns>
    /// <exception cref="TrainingFailedException">
    /// Training has diverged, or the cut is not proven. The summary states it too.
    /// </exception>
    /// <exception cref="OcsInputException">The folder can't be written to.</exception>
    public TrainingResult Execute(
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (_session is null)
        {
            return _trainer.Run(progress, cancellationToken);
        }

        var result = _session.Train(_trainer, progress, cancellationToken);
        _session.Finish(result, summary => WriteOnnx(result) is { } problem
            ? summary with { Warnings = summary.Warnings.Add(problem) }
            : summary);
        return result;
    }

    /// <summary>Releases the trainer and the folder.</summary>
    public void Dispose()
    {
        _trainer.Dispose();
        _session?.Dispose();
        _held?.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000",
        Justification = "The run that is returned owns them; every other way out disposes of them.")]
    internal static TrainingRun Begin(
        string folder, Func<OneCycleTrainer> trainer, TrainingData data, TrainingOptions training,
        OneCycleOptions? pruning, TrainerSetup? setup, ITrainingObserver? observer, bool replace,
        IReadOnlyList<Continuation>? next = null)
    {
        observer ??= NoObserver.Instance;
        if (!IsFirst(setup))
        {
            return new(held: null, RunDirectory.At(folder), session: null, trainer);
        }

        var held = RunDirectory.Lock(folder, Telling(observer, setup), isNew: true);
        try
        {
            var directory = RunDirectory.Take(folder, replace);
            var kind = pruning is null ? RunKind.Baseline : RunKind.Train;
            var state = new RunState(
                Config(training, pruning), kind, Weights: null, Engine(setup), Log: new(0, "", 0),
                setup?.Teacher?.Graph.Name)
            {
                Next = next,
            };
            return new(
                held, directory,
                RunSession.Begin(
                    directory, state, training.CheckpointsKept, observer, Summarize(data, training, pruning, setup),
                    setup?.Logger),
                trainer);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // What is noticed about the folder goes to people and to the log.
    private static Action<string> Telling(ITrainingObserver observer, TrainerSetup? setup) => sentence =>
    {
        observer.Message(sentence);
        setup?.Logger?.FolderNotice(sentence);
    };

    private static bool IsFirst(TrainerSetup? setup) => setup?.Group is null or { Rank: 0 };

    private static string Engine(TrainerSetup? setup) =>
        $"libtorch {TorchRuntime.Version}, {setup?.Device ?? Device.Cpu}, {TorchRuntime.Threads} threads";

    // The text of config.yaml for a run whose options come from a program.
    internal static string Config(TrainingOptions training, OneCycleOptions? pruning) =>
        $"{RunDirectory.OwnProgram}\n# {training}\n# {pruning?.ToString() ?? "without pruning"}\n"
        + $"# {pruning?.Names.TrimEnd().Replace("\n", "\n# ", StringComparison.Ordinal)}\n";

    private static Func<TrainingResult, RunState, RunSummary> Summarize(
        TrainingData data, TrainingOptions training, OneCycleOptions? pruning, TrainerSetup? setup) =>
        (result, state) => RunSummaries.Of(result, data, training, pruning, state, Engine(setup));

    private static void RequireSame(string folder, string before, string now)
    {
        if (before != now)
        {
            throw new OcsInputException(
                $"The run in {folder} began with other options, which its {RunFolder.ConfigName} shows; "
                + "resume with the same.");
        }
    }

    // Why no file was written; null if it was.
    private string? WriteOnnx(TrainingResult result)
    {
        if (RunDirectory.OnnxNameOf(result) is not { } name)
        {
            return null;
        }

        try
        {
            OnnxFile.Write(_folder.PathOf(name), result.Graph, result.Parameters);
            return null;
        }
        catch (OcsInputException error)
        {
            return $"{name} was not written: {error.Message}";
        }
    }
}
