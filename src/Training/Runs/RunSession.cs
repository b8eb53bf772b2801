using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using Ocs.Formats;
using Ocs.Reporting.Html;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;
using Ocs.Training.Telemetry;

namespace Ocs.Training.Runs;

/// <summary>Writes a training into a run's folder, from the first log line to the report.</summary>
internal sealed class RunSession : IDisposable
{
    private readonly RunDirectory _folder;
    private readonly RunLogWriter _log;
    private readonly EventFile _events;
    private readonly RunState _state;
    private readonly RunWriter _writer;

    private RunSession(
        RunDirectory folder, RunLogWriter log, EventFile events, RunState state, int checkpointsKept,
        ITrainingObserver observer, ILogger? logger)
    {
        (_folder, _log, _events, _state) = (folder, log, events, state);
        _writer = new(folder, log, events, state, checkpointsKept, observer, logger)
        {
            HasBegun = folder.Checkpoints.Any,
        };
    }

    /// <summary>Makes the summary of a result, as far as the run itself knows it.</summary>
    public required Func<TrainingResult, RunState, RunSummary> Summarize { get; init; }

    /// <summary>The time that each epoch spent on each activity.</summary>
    public IReadOnlyList<EpochProfile> Epochs => _writer.Epochs;

    /// <summary>The log, for further records besides the epochs.</summary>
    public RunLogWriter Log => _log;

    /// <summary>Begins a run in a folder that is locked and empty.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="state">What resuming the run needs; the end of its log is added.</param>
    /// <param name="checkpointsKept">Checkpoints that are kept.</param>
    /// <param name="observer">Observes the run too.</param>
    /// <param name="summarize">The summary of a result.</param>
    /// <param name="logger">The application's log; null for none.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The session that is returned owns them.")]
    public static RunSession Begin(
        RunDirectory folder, RunState state, int checkpointsKept, ITrainingObserver observer,
        Func<TrainingResult, RunState, RunSummary> summarize, ILogger? logger = null)
    {
        WriteConfig(folder, state.Config);
        var log = new RunLogWriter(folder.Path);
        var begun = state with { Log = log.Position() };
        return new(folder, log, new(folder.Path), begun, checkpointsKept, observer, logger) { Summarize = summarize };
    }

    /// <summary>Resumes a run in its folder, which is locked.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="state">The state beside the checkpoint.</param>
    /// <param name="checkpointsKept">Checkpoints that are kept.</param>
    /// <param name="observer">Observes the run too.</param>
    /// <param name="summarize">The summary of a result.</param>
    /// <param name="logger">The application's log; null for none.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The session that is returned owns them.")]
    public static RunSession Resume(
        RunDirectory folder, RunState state, int checkpointsKept, ITrainingObserver observer,
        Func<TrainingResult, RunState, RunSummary> summarize, ILogger? logger = null)
    {
        var (log, notice) = RunLogWriter.Resume(folder.Path, state.Log);
        var events = new EventFile(folder.Path, state.Log.NextEpoch);
        foreach (var record in RunLogReader.Read(folder.Path).Records.Where(record => record.Epoch >= events.NextEpoch))
        {
            events.Append(record);
        }

        if (notice is not null)
        {
            observer.Message(notice);
            logger?.FolderNotice(notice);
        }

        return new(folder, log, events, state, checkpointsKept, observer, logger) { Summarize = summarize };
    }

    /// <summary>Writes the options, the first file of the folder.</summary>
    public static void WriteConfig(RunDirectory folder, string config) =>
        AtomicFile.Replace(folder.PathOf(RunFolder.ConfigName), stream => stream.Write(Encoding.UTF8.GetBytes(config)));

    /// <summary>Creates the trainer, which writes into the folder from then on.</summary>
    public OneCycleTrainer Prepare(Func<OneCycleTrainer> make) => Guarded(() =>
    {
        var trainer = make();
        trainer.Observer = _writer;
        trainer.Folder = _folder.Path;
        if (_state.Next is { Count: > 0 })
        {
            trainer.HandOn = checkpoint =>
                NextFolder.Write(_folder.Path, checkpoint, _state with { Log = _log.Position() });
        }

        return trainer;
    });

    /// <summary>
    /// Trains to the end, or until it is stopped. The result of a failed run is written before its exception is
    /// rethrown.
    /// </summary>
    public TrainingResult Train(
        OneCycleTrainer trainer, IProgress<TrainingProgress>? progress, CancellationToken stop) => Guarded(() =>
    {
        try
        {
            return trainer.Run(progress, stop);
        }
        catch (TrainingFailedException failure)
        {
            using var result = trainer.Leave(failure);
            _log.WriteSummary(Summarize(result, _state));
            HtmlReport.Write(_folder.Path);
            throw;
        }
    });

    /// <summary>Completes the folder: weights, summary and report. Checkpoints of a complete run are removed.</summary>
    /// <param name="result">The result.</param>
    /// <param name="complete">Adds to the summary. It is called once the weights are in the folder.</param>
    public RunSummary Finish(TrainingResult result, Func<RunSummary, RunSummary> complete) => Guarded(() =>
    {
        // Written again if it was removed.
        _log.Position();
        NetworkFile.WriteSafetensors(_folder.PathOf(RunDirectory.WeightsName), result.Graph, result.Parameters);
        var summary = complete(WithWhole(Summarize(result, _state)));
        _log.WriteSummary(summary);
        HtmlReport.Write(_folder.Path);
        if (!result.Stopped)
        {
            // Checkpoints are removed last: while there are any, a killed run can be resumed, which tidies up.
            if (result.Problem is null)
            {
                File.Delete(_folder.PathOf(RunDirectory.WholeName));
            }

            _folder.Checkpoints.Remove();
        }

        return summary;
    });

    public void Dispose()
    {
        _writer.Dispose();
        _events.Dispose();
        _log.Dispose();
    }

    private RunSummary WithWhole(RunSummary summary)
    {
        var whole = _folder.PathOf(RunDirectory.WholeName);
        return summary.Problem is { } problem && File.Exists(whole)
            ? summary with { Problem = $"{problem} {whole} holds the network as it was before the cut." }
            : summary;
    }

    // A run that has not begun leaves nothing behind. A full disk is reported as an input error.
    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch when (!_writer.HasBegun)
        {
            _log.Dispose();
            _events.Dispose();
            _folder.Clear();
            throw;
        }
        catch (Exception error) when (OfTheDisk(error) is { } reason)
        {
            var remedy = _folder.Checkpoints.Any
                ? $"make room, and `TrainingRun.Resume({_folder.Path})` continues the run"
                : "make room, and begin the run anew, for it has no checkpoint to resume from";
            throw new OcsInputException(
                $"{_folder.Path} cannot be written to ({reason.Message.TrimEnd('.')}); {remedy}.", error);
        }
    }

    private static Exception? OfTheDisk(Exception error) =>
        (error is OcsInputException ? error.InnerException : error) is var cause
            && cause is IOException or UnauthorizedAccessException
            ? cause
            : null;
}
