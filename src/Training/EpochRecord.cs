using System.Collections.Immutable;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Tasks;
using Ocs.Training.Metrics;

namespace Ocs.Training;

/// <summary>Converts the result of an epoch into a record of the run's log.</summary>
internal static class EpochRecord
{
    /// <summary>The record of the run's present epoch.</summary>
    /// <param name="run">The run.</param>
    /// <param name="plan">The decision of Alg. 1; null without pruning.</param>
    /// <param name="trained">The result of training.</param>
    /// <param name="evaluation">The evaluation after it.</param>
    public static RunRecord Of(TrainingContext run, EpochPlan? plan, EpochOutcome trained, EvaluationResult evaluation)
    {
        var (epoch, isCut, graph) = (run.State.Epoch, run.State.Record is not null, run.Network.Graph);
        var losses = run.Distiller?.Means(run.Replicas, run.Batches.SamplesPerEpoch);
        return new()
        {
            Epoch = epoch,
            Phase = isCut ? RunPhase.Final : plan?.Phase == Phase.Sparsity ? RunPhase.Sparsity : RunPhase.Train,
            TrainLoss = trained.Loss,
            TaskLoss = losses?.Task,
            DistillLoss = losses?.Teacher,
            TrainAccuracy = run.Task is Classification ? trained.Score : null,
            ValAccuracy = evaluation.Accuracy,
            ValTop5Accuracy = evaluation.Top5Accuracy,
            ValMetrics = Others(run.Task, evaluation),
            ValLoss = evaluation.Loss,
            J = plan?.J,
            JAvg = plan?.AverageJ,
            Dispute = plan?.Dispute,
            Lambda = plan?.Lambda,
            Lr = trained.LearningRate,
            Macs = graph.Macs,
            Parameters = graph.ParameterCount,
            Seconds = trained.Seconds,
            ImagesPerSecond = trained.SamplesPerSecond,
            WaitFraction = trained.WaitFraction,
            SearchSeconds = plan?.SearchSeconds,
            Norms = plan?.Partition is { } partition ? ChannelNorms.Of(partition) : null,
            Forecast = new()
            {
                StableEpoch = !isCut && plan?.PredictedStableEpoch < run.Training.Epochs
                    ? plan.PredictedStableEpoch
                    : null,
                SecondsLeft = run.Seconds / (epoch + 1) * (run.Training.Epochs - epoch - 1),
                Macs = isCut ? null : plan?.PredictedMacs,
            },
        };
    }

    /// <summary>The metrics of a task. Null for classification, whose accuracies have their own fields.</summary>
    public static ImmutableSortedDictionary<string, double>? Others(ITask task, EvaluationResult? evaluation) =>
        task is Classification || evaluation is null
            ? null
            : evaluation.Metrics.ToImmutableSortedDictionary(value => value.Name, value => value.Value);
}
