using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ocs.Formats;
using Ocs.Graphs;
using Ocs.Reporting.TensorBoard;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;
using Ocs.Training.Telemetry;

namespace Ocs.Training.Runs;

/// <summary>
/// Writes a run into its folder while it trains, and forwards its events to another observer. If the disk is full, it
/// warns and tries again later; the training continues.
/// </summary>
internal sealed class RunWriter(
    RunDirectory folder, RunLogWriter log, EventFile events, RunState run, int checkpointsKept, ITrainingObserver seen,
    ILogger? logger)
    : ITrainingObserver, IDisposable
{
    private readonly CheckpointFolder _checkpoints = folder.Checkpoints;
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly Dictionary<string, Network> _owed = [];

    /// <summary>The time that each epoch spent on each activity.</summary>
    public List<EpochProfile> Epochs { get; } = [];

    /// <summary>Whether the folder holds anything worth keeping.</summary>
    public bool HasBegun { get; set; }

    public void StepDone(TrainingProgress progress)
    {
        HasBegun = true;
        seen.StepDone(progress);
    }

    public void EpochDone(RunRecord record)
    {
        Warn(log.Append(record), $"{RunFolder.LogName} could not be written to");
        Warn(events.Append(record), $"{EventFile.FileName} could not be written to");
        seen.EpochDone(record);
        foreach (var (name, owed) in _owed.ToList())
        {
            WriteOrKeep(name, owed.Graph, owed.Parameters, owed.Record);
        }
    }

    public void EpochProfiled(EpochProfile profile)
    {
        Epochs.Add(profile);
        seen.EpochProfiled(profile);
    }

    public void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record)
    {
        seen.ModelReady(kind, graph, parameters, record);
        if (kind == ModelKind.Last)
        {
            OcsFile.Write(folder.PathOf(RunDirectory.ModelName), graph, parameters, record);
        }
        else
        {
            WriteOrKeep(
                kind == ModelKind.Best ? RunDirectory.BestName : RunDirectory.WholeName, graph, parameters, record);
        }
    }

    void ITrainingObserver.CheckpointDue(Checkpoint checkpoint)
    {
        seen.CheckpointDue(checkpoint);
        try
        {
            var position = log.Position();
            _checkpoints.Save(checkpointsKept, stream => checkpoint.Write(stream, run with { Log = position }));
            _logger.CheckpointWritten(checkpoint.State.Epoch, checkpoint.State.Progress?.Steps ?? 0, folder.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !HasBegun)
        {
            throw new OcsInputException(
                $"{folder.Path} has no room for a checkpoint ({error.Message.TrimEnd('.')}), and a run without one is "
                + "lost when it stops; make room, or give another folder with `folder`.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Warn(error.Message, "The checkpoint could not be written");
        }
    }

    public void Message(string sentence) => seen.Message(sentence);

    public void Dispose()
    {
        foreach (var model in _owed.Values)
        {
            model.Dispose();
        }
    }

    // A network that cannot be written is kept until it can be, or until a newer one replaces it.
    private void WriteOrKeep(string name, Graph graph, ParameterTable parameters, PruningRecord? record)
    {
        var owed = _owed.GetValueOrDefault(name);
        try
        {
            OcsFile.Write(folder.PathOf(name), graph, parameters, record);
            _owed.Remove(name);
        }
        catch (OcsInputException error) when (error.InnerException is IOException or UnauthorizedAccessException)
        {
            Warn(error.InnerException.Message, $"{name} could not be written");
            if (parameters == owed?.Parameters)
            {
                return;
            }

            _owed[name] = new(graph, parameters.Clone(graph), record);
        }

        owed?.Dispose();
    }

    private void Warn(string? problem, string what)
    {
        if (problem is not null)
        {
            var sentence = $"{what} ({problem.TrimEnd('.')}): training goes on, and it is tried again later.";
            seen.Message(sentence);
            _logger.WritePutOff(sentence);
        }
    }
}
