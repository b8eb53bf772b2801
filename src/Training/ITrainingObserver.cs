using Ocs.Graphs;
using Ocs.Pruning;
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

/// <summary>How far a run is, after a step.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Epochs">Epochs of the run.</param>
/// <param name="Step">Steps of the epoch that are done.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Phase">Where the run is in its cycle.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="Score">
/// Mean of what the task counts, so far: accuracy, of classification. 0 where it counts nothing.
/// </param>
/// <param name="SamplesPerSecond">How fast.</param>
/// <param name="AverageJ">J_avg (Eq. 4).</param>
/// <param name="Lambda">The strength of the regularization (Eq. 7).</param>
/// <param name="Remaining">What the run will still take.</param>
public sealed record StepProgress(
    int Epoch, int Epochs, int Step, int Steps, Phase Phase, double Loss, double Score,
    double SamplesPerSecond, double? AverageJ, double? Lambda, TimeSpan Remaining)
{
    /// <summary>When the sub-network will be stable, by the trend; null where it cannot be foreseen.</summary>
    public int? PredictedStableEpoch { get; init; }

    /// <summary>What is left if the network is cut as it would be now; null after the cut.</summary>
    public long? PredictedMacs { get; init; }
}

/// <summary>Sees a run as it goes: the terminal, the run folder. Every method may do nothing.</summary>
public interface ITrainingObserver
{
    /// <summary>A step was taken.</summary>
    void StepDone(StepProgress progress)
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
