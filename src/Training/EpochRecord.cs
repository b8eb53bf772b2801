using Ocs.Graphs;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training.Metrics;

namespace Ocs.Training;

/// <summary>Puts what an epoch gave into the form of the run's log.</summary>
internal static class EpochRecord
{
    /// <summary>The record of an epoch.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="plan">What Alg. 1 decided; null without pruning.</param>
    /// <param name="trained">What training gave.</param>
    /// <param name="evaluation">What the network does after it.</param>
    /// <param name="graph">The network.</param>
    /// <param name="isCut">Whether it is cut already.</param>
    /// <param name="epochs">Epochs of the run.</param>
    /// <param name="seconds">What the run has taken so far.</param>
    public static RunRecord Of(
        int epoch, EpochPlan? plan, EpochOutcome trained, EvaluationResult evaluation, Graph graph, bool isCut, int epochs, double seconds) => new()
        {
            Epoch = epoch,
            Phase = isCut ? RunPhase.Final : plan?.Phase == Phase.Sparsity ? RunPhase.Sparsity : RunPhase.Train,
            TrainLoss = trained.Loss,
            TrainAccuracy = trained.Accuracy,
            ValAccuracy = evaluation.Accuracy,
            ValLoss = evaluation.Loss,
            J = plan?.J,
            JAvg = plan?.AverageJ,
            Lambda = plan?.Lambda,
            Lr = trained.LearningRate,
            Macs = graph.Macs,
            Parameters = graph.ParameterCount,
            Seconds = trained.Seconds,
            ImagesPerSecond = trained.ImagesPerSecond,
            WaitFraction = trained.WaitFraction,
            SearchSeconds = plan?.SearchSeconds,
            Norms = plan?.Partition is { } partition ? ChannelNorms.Of(partition) : null,
            Forecast = new()
            {
                StableEpoch = !isCut && plan?.PredictedStableEpoch < epochs ? plan.PredictedStableEpoch : null,
                SecondsLeft = seconds / (epoch + 1) * (epochs - epoch - 1),
                Macs = isCut ? null : plan?.PredictedMacs,
            },
        };
}
