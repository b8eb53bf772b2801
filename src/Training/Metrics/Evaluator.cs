namespace Ocs.Training.Metrics;

/// <summary>Evaluates the network of a run, and hands it over if it is the best one.</summary>
internal sealed class Evaluator(TrainingContext run)
{
    /// <summary>
    /// Evaluates the present network, or the average of its weights. The result becomes the run's last evaluation.
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

    /// <summary>Throws if the loss is not finite. Checkpoints and networks are saved only after this check.</summary>
    /// <exception cref="TrainingDivergedException">The loss is not finite.</exception>
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
