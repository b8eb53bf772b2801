using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Training.Tests;

/// <summary>Writes down what a trainer tells, and stops it when asked to.</summary>
internal sealed class RecordingObserver : ITrainingObserver, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public CancellationToken Stop => _stop.Token;

    /// <summary>The number of steps after which to stop.</summary>
    public int? StopAfter { get; init; }

    public List<TrainingProgress> Steps { get; } = [];

    public List<RunRecord> Records { get; } = [];

    public List<EpochProfile> Profiles { get; } = [];

    public List<(ModelKind Kind, Graph Graph, bool IsPruned)> Models { get; } = [];

    public List<string> Messages { get; } = [];

    /// <summary>What is done with a checkpoint while it is lent.</summary>
    public Action<Checkpoint>? OnCheckpoint { get; init; }

    public List<TrainerState> Checkpoints { get; } = [];

    /// <summary>Everything in order: step, epoch, best, last.</summary>
    public List<string> Events { get; } = [];

    public void StepDone(TrainingProgress progress)
    {
        Steps.Add(progress);
        Events.Add("step");
        if (Steps.Count == StopAfter)
        {
            _stop.Cancel();
        }
    }

    public void EpochDone(RunRecord record)
    {
        Records.Add(record);
        Events.Add("epoch");
    }

    public void EpochProfiled(EpochProfile profile) => Profiles.Add(profile);

    public void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record)
    {
        Models.Add((kind, graph, record is not null));
        Events.Add(kind.ToString().ToLowerInvariant());
    }

    void ITrainingObserver.CheckpointDue(Checkpoint checkpoint)
    {
        Checkpoints.Add(checkpoint.State);
        OnCheckpoint?.Invoke(checkpoint);
    }

    public void Message(string sentence) => Messages.Add(sentence);

    public void Dispose() => _stop.Dispose();
}
