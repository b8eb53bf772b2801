using System.Diagnostics;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Training;

/// <summary>The steps of an epoch: forward, backward, Eq. 8's gradient, SGD, Eq. 9.</summary>
internal sealed class EpochLoop(TrainingOptions options, OneCycleOptions? pruning, BatchLoader loader, Sgd optimizer)
{
    /// <summary>Steps that the learning rate's schedule lags behind.</summary>
    public long IterationsBehind { get; set; }

    /// <summary>How far the epoch is that is being trained; null between two epochs.</summary>
    public EpochProgress? Progress { get; set; }

    /// <summary>Called after every step.</summary>
    public Action? StepDone { get; init; }

    /// <summary>
    /// One pass over the data, or what is left of it after <see cref="Progress"/>; null when it was stopped on the way.
    /// </summary>
    public EpochOutcome? Train(
        int epoch, RunningNetwork network, OneCyclePruner? pruner, EpochPlan? plan, bool isCut, ITrainingObserver observer,
        CancellationToken stop)
    {
        var before = Progress ?? new();
        var done = before;
        var (start, waited) = (Stopwatch.GetTimestamp(), loader.WaitSeconds);
        foreach (var batch in loader.Epoch(epoch, before.Steps))
        {
            using (batch)
            {
                var iteration = (long)epoch * loader.BatchesPerEpoch + done.Steps - IterationsBehind;
                var (loss, found) = Step(batch, (epoch, done.Steps), network, pruner, iteration);
                done = done.With(batch.Count, loss, found, RateAt(iteration));
            }

            Progress = done = done with
            {
                Seconds = before.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
                WaitSeconds = before.WaitSeconds + loader.WaitSeconds - waited,
            };
            observer.StepDone(new(
                epoch, options.Epochs, done.Steps, loader.BatchesPerEpoch, isCut ? Phase.Final : plan?.Phase ?? Phase.Train,
                done.Loss, done.Accuracy, done.Images / done.Seconds, plan?.AverageJ, plan?.Lambda, Remaining(epoch, done))
            {
                PredictedStableEpoch = isCut ? null : plan?.PredictedStableEpoch,
                PredictedMacs = isCut ? null : plan?.PredictedMacs,
            });
            StepDone?.Invoke();
            if (stop.IsCancellationRequested)
            {
                return null;
            }
        }

        Progress = null;
        return new(
            done.Loss, done.Accuracy, done.LearningRate, done.Seconds, done.Images / done.Seconds, done.WaitSeconds / done.Seconds);
    }

    // The mean loss of the batch, and of how many images the class was found.
    private (double Loss, long Correct) Step(
        Batch batch, (int Epoch, int Step) place, RunningNetwork network, OneCyclePruner? pruner, long iteration)
    {
        var rate = RateAt(iteration);
        using var logits = network.Executor.Forward(batch.Images, training: true);
        using var loss = Aten.CrossEntropy(logits, batch.Labels, options.LabelSmoothing);
        var value = loss.Item<double>();
        if (!double.IsFinite(value))
        {
            throw new TrainingDivergedException(
                $"The loss is {value} in epoch {place.Epoch}, step {place.Step}: training has diverged; lower learning-rate or add warmup-epochs.");
        }

        Autograd.Backward(loss);
        pruner?.AddPenaltyGradient();
        optimizer.Step(network.Parameters, rate);
        pruner?.Shrink(pruning!.Timing == PhaseTiming.Official ? RateAt(iteration + 1) : rate);
        return (value, Evaluation.Correct(logits, batch.Labels));
    }

    private double RateAt(long iteration) => LearningRateSchedule.At(options, iteration, loader.BatchesPerEpoch);

    private TimeSpan Remaining(int epoch, EpochProgress done)
    {
        var stepsLeft = (long)(options.Epochs - epoch) * loader.BatchesPerEpoch - done.Steps;
        return TimeSpan.FromSeconds(done.Seconds / done.Steps * stepsLeft);
    }
}

/// <summary>What an epoch's training gave.</summary>
/// <param name="Loss">Mean loss over the images.</param>
/// <param name="Accuracy">Fraction of them whose class was found.</param>
/// <param name="LearningRate">That of the last step.</param>
/// <param name="Seconds">How long it took, evaluation not included.</param>
/// <param name="ImagesPerSecond">How fast.</param>
/// <param name="WaitFraction">Part of the time that was spent waiting for data.</param>
internal sealed record EpochOutcome(
    double Loss, double Accuracy, double LearningRate, double Seconds, double ImagesPerSecond, double WaitFraction);
