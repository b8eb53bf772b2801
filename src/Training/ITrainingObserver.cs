using Ocs.Graphs;
using Ocs.Pruning;
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

/// <summary>The progress of a run after a step.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Epochs">Epochs of the run.</param>
/// <param name="Step">Completed steps of the epoch.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Phase">The phase of the cycle.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="Score">
/// Mean of the task's count so far: accuracy in classification. 0 for tasks that count nothing.
/// </param>
/// <param name="SamplesPerSecond">How fast.</param>
/// <param name="AverageJ">J_avg (Eq. 4).</param>
/// <param name="Lambda">The strength of the regularization (Eq. 7).</param>
/// <param name="Remaining">The estimated time to the end of the run.</param>
public sealed record StepProgress(
    int Epoch, int Epochs, int Step, int Steps, Phase Phase, double Loss, double Score,
    double SamplesPerSecond, double? AverageJ, double? Lambda, TimeSpan Remaining)
{
    /// <summary>The epoch in which the sub-network is expected to be stable; null if there is no trend.</summary>
    public int? PredictedStableEpoch { get; init; }

    /// <summary>The multiply-accumulates of the present sub-network; null after the cut.</summary>
    public long? PredictedMacs { get; init; }
}

/// <summary>Observes a run, such as the terminal or the run's folder. Any method may do nothing.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was taken.</summary>
    void StepDone(StepProgress progress)
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
