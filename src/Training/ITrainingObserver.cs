using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Training;

/// <summary>Which model of a run is handed over.</summary>
public enum ModelKind
{
    /// <summary>The model with the best headline metric so far. If the run prunes, only pruned models count.</summary>
    Best,

    /// <summary>The present model, at the end of the run or when it is stopped.</summary>
    Last,

    /// <summary>The whole network, right before the cut.</summary>
    Whole,
}

/// <summary>Observes a run, such as the terminal or the run's folder. Any method may do nothing.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was taken.</summary>
    void StepDone(TrainingProgress progress)
    {
    }

    /// <summary>An epoch was trained and evaluated.</summary>
    void EpochDone(RunRecord record)
    {
    }

    /// <summary>The time that the epoch spent on each activity. Called last of all for an epoch.</summary>
    void EpochProfiled(EpochProfile profile)
    {
    }

    /// <summary>A model to save; it is lent for the call.</summary>
    void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record)
    {
    }

    /// <summary>
    /// A checkpoint of the run is due: at its start, after epochs, every few minutes, and when it is stopped. The
    /// tensors are lent for the call.
    /// </summary>
    internal void CheckpointDue(Checkpoint checkpoint)
    {
    }

    /// <summary>
    /// One sentence for users, such as the chosen layout, why the target was missed, or that the cut was made.
    /// </summary>
    void Message(string sentence)
    {
    }
}
