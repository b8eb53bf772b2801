using Ocs.Graphs;
using Ocs.RunLog;
using Ocs.Training.Checkpoints;

namespace Ocs.Training;

/// <summary>Which of a run's models is handed over.</summary>
public enum ModelKind
{
    /// <summary>The one with the best headline so far; of pruned ones, where the network is to be pruned.</summary>
    Best,

    /// <summary>The present one, at the end of the run or when it is stopped.</summary>
    Last,

    /// <summary>The whole network, right before the cut.</summary>
    Whole,
}

/// <summary>Sees a run as it goes: the terminal, the run folder. Every method may do nothing.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was taken.</summary>
    void StepDone(TrainingProgress progress)
    {
    }

    /// <summary>An epoch is over and measured.</summary>
    void EpochDone(RunRecord record)
    {
    }

    /// <summary>Where the time of the epoch went, after everything that belongs to it.</summary>
    void EpochProfiled(EpochProfile profile)
    {
    }

    /// <summary>A model to save; it is lent for the call.</summary>
    void ModelReady(ModelKind kind, Graph graph, ParameterTable parameters, PruningRecord? record)
    {
    }

    /// <summary>
    /// A moment to save the run: at its start, after epochs and some minutes, and when it is stopped. The tensors are
    /// lent for the call.
    /// </summary>
    internal void CheckpointDue(Checkpoint checkpoint)
    {
    }

    /// <summary>
    /// A sentence for people: which layout was faster, why the target was missed, that the cut is done.
    /// </summary>
    void Message(string sentence)
    {
    }
}
