using Ocs.Pruning;

namespace Ocs.Training;

/// <summary>How far a training is, after a step.</summary>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Epochs">Epochs of the run.</param>
/// <param name="Step">Steps of the epoch that are done.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Phase">Where the run is in its cycle.</param>
/// <param name="Loss">
/// Mean loss of a sample in the epoch so far, in the task's unit: nats, of a cross-entropy. On other devices than the
/// CPU it is read every 50 steps.
/// </param>
/// <param name="Score">
/// Mean of what the task counts, so far: accuracy in [0, 1], of classification. 0 where it counts nothing.
/// </param>
/// <param name="SamplesPerSecond">Samples of the epoch so far in a second; those of all processes.</param>
/// <param name="AverageJ">J_avg in [0, 1] (Eq. 4); null where no search was made for the epoch.</param>
/// <param name="Lambda">
/// The strength of the regularization (Eq. 7); null outside of sparsity learning.
/// </param>
/// <param name="Remaining">What the epochs will still take, evaluations not counted.</param>
public readonly record struct TrainingProgress(
    int Epoch, int Epochs, int Step, int Steps, Phase Phase, double Loss, double Score,
    double SamplesPerSecond, double? AverageJ, double? Lambda, TimeSpan Remaining)
{
    /// <summary>J in [0, 1] of the two newest sub-networks; null where there are no two.</summary>
    public double? J { get; init; }

    /// <summary>The learning rate of the step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Multiply-accumulates of a sample's forward pass through the present network.</summary>
    public long Macs { get; init; }

    /// <summary>Samples of the epoch so far; those of all processes.</summary>
    public long Samples { get; init; }

    /// <summary>When the sub-network will be stable, by the trend: an epoch; null where it is not foreseen.</summary>
    public int? PredictedStableEpoch { get; init; }

    /// <summary>
    /// Multiply-accumulates that are left if the network is cut as it would be now; null after the cut.
    /// </summary>
    public long? PredictedMacs { get; init; }
}
