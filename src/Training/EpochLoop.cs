using System.Diagnostics;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Metrics;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Training;

/// <summary>The steps of an epoch: forward, backward, Eq. 8's gradient, SGD, Eq. 9.</summary>
internal sealed class EpochLoop(
    TrainingOptions options, OneCycleOptions? pruning, BatchLoader loader, Sgd optimizer, EpochClock clock)
{
    private readonly LossScaler? _scaler = options.Precision == Precision.Fp16 ? new() : null;

    /// <summary>Steps that the learning rate's schedule lags behind.</summary>
    public long IterationsBehind { get; set; }

    /// <summary>One pass over the data; null when it was stopped on the way.</summary>
    public EpochOutcome? Train(
        int epoch, RunningNetwork network, OneCyclePruner? pruner, EpochPlan? plan, bool isCut, ITrainingObserver observer,
        CancellationToken stop)
    {
        clock.Add(TrainingActivity.Other);
        var start = Stopwatch.GetTimestamp();
        var waited = loader.WaitSeconds;
        var (step, seen, lossSum, correct, rate) = (0, 0L, 0.0, 0L, 0.0);
        foreach (var batch in loader.Epoch(epoch))
        {
            clock.Add(TrainingActivity.Data);
            using (batch)
            {
                var iteration = (long)epoch * loader.BatchesPerEpoch + step - IterationsBehind;
                rate = RateAt(iteration);
                var (loss, found) = Step(batch, (epoch, step), network, pruner, iteration);
                (step, seen, lossSum, correct) = (step + 1, seen + batch.Count, lossSum + loss * batch.Count, correct + found);
            }

            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            observer.StepDone(new(
                epoch, options.Epochs, step, loader.BatchesPerEpoch, isCut ? Phase.Final : plan?.Phase ?? Phase.Train,
                lossSum / seen, (double)correct / seen, seen / elapsed, plan?.AverageJ, plan?.Lambda, Remaining(epoch, step, elapsed)));
            clock.Add(TrainingActivity.Other);
            if (stop.IsCancellationRequested)
            {
                return null;
            }
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(lossSum / seen, (double)correct / seen, rate, seconds, seen / seconds, (loader.WaitSeconds - waited) / seconds);
    }

    // The mean loss of the batch, and of how many images the class was found.
    private (double Loss, long Correct) Step(
        Batch batch, (int Epoch, int Step) place, RunningNetwork network, OneCyclePruner? pruner, long iteration)
    {
        var rate = RateAt(iteration);
        var (logits, loss) = network.Forward(batch, options.LabelSmoothing);
        using var __ = logits;
        using var ___ = loss;
        var value = loss.Item<double>();
        clock.Add(TrainingActivity.Forward);
        if (!double.IsFinite(value))
        {
            throw new OcsInputException(
                $"The loss is {value} in epoch {place.Epoch}, step {place.Step}: training has diverged; lower learning-rate or add warmup-epochs.");
        }

        var isWhole = Backward(loss, network);
        clock.Add(TrainingActivity.Backward);
        if (isWhole)
        {
            pruner?.AddPenaltyGradient();
            clock.Add(TrainingActivity.Sparsity);
            optimizer.Step(network.Parameters, rate);
            clock.Add(TrainingActivity.Optimizer);
            pruner?.Shrink(pruning!.Timing == PhaseTiming.Official ? RateAt(iteration + 1) : rate);
            clock.Add(TrainingActivity.Sparsity);
        }

        return (value, Evaluation.Correct(logits, batch.Labels));
    }

    // False where gradients are lost to float16's range: the step is left out.
    private bool Backward(Tensor loss, RunningNetwork network)
    {
        if (_scaler is null)
        {
            Autograd.Backward(loss);
            return true;
        }

        using var scaled = _scaler.Apply(loss);
        Autograd.Backward(scaled);
        return _scaler.Unscale(network.Parameters);
    }

    private double RateAt(long iteration) => LearningRateSchedule.At(options, iteration, loader.BatchesPerEpoch);

    private TimeSpan Remaining(int epoch, int step, double secondsOfEpoch)
    {
        var stepsLeft = (long)(options.Epochs - epoch) * loader.BatchesPerEpoch - step;
        return TimeSpan.FromSeconds(secondsOfEpoch / step * stepsLeft);
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
