namespace Ocs.Training.Metrics;

/// <summary>Measures the network of a run, and hands it over where it is the best one.</summary>
internal sealed class Evaluator(TrainingContext run)
{
    /// <summary>
    /// Measures the present network, or the average of its weights; the result is the run's last evaluation.
    /// </summary>
    public EvaluationResult Measure()
    {
        using var activity = run.Telemetry.Begin("ocs.evaluation", run.State.Epoch);
        var result = run.Network.Evaluate(
            run.Task, run.Data.Test, run.Training.EvaluationBatchSize, run.Device, run.Replicas);
        run.State = run.State with { Evaluation = result };
        run.Telemetry.Evaluated(result);
        activity?.SetTag("ocs.samples", result.Samples);
        return result;
    }

    /// <summary>Throws where the loss is no number: checkpoints and networks to keep come after it.</summary>
    /// <exception cref="TrainingDivergedException">It is none.</exception>
    public void RequireFinite(string when)
    {
        var loss = run.State.Evaluation!.Loss;
        if (!double.IsFinite(loss))
        {
            var batches = run.Batches.BatchesPerEpoch;
            var steps = ((long)run.State.Epoch * batches) + (run.State.Progress?.Steps ?? batches);
            throw Divergence.OfEvaluation(loss, when, run.Network.Graph, steps);
        }
    }

    /// <summary>
    /// Hands the network over if it is the best so far. Once it is to be pruned, only a pruned network can be the best
    /// one.
    /// </summary>
    public void HandOverIfBest()
    {
        var value = run.State.Evaluation!.Headline;
        if (run.Pruner is null && run.Task.Metrics[0].IsBetter(value, run.State.Best))
        {
            run.State = run.State with { Best = value };
            run.HandOver(ModelKind.Best);
        }
    }
}
