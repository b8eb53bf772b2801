using System.Diagnostics;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Distributed;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;
using Ocs.Training.Steps;

namespace Ocs.Training;

/// <summary>The steps of an epoch: forward, backward, Eq. 8's gradient, SGD, Eq. 9.</summary>
internal sealed class EpochLoop(
    TrainingOptions options, OneCycleOptions? pruning, BatchLoader loader, Sgd optimizer, EpochClock clock, Device device,
    Replicas replicas, Func<ITrainingStep> steps) : IDisposable
{
    // Reading a sum waits for the device: on a CPU that costs nothing, on others the lead of the host.
    private const int StepsBetweenReads = 50;
    private readonly int _stepsBetweenReads = device.Kind == DeviceKind.Cpu ? 1 : StepsBetweenReads;
    private readonly LossScaler? _scaler = options.Precision == Precision.Fp16 ? new() : null;
    private readonly ITrainingStep _steps = steps();
    private readonly StepNumbers _numbers = new(device);

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
        var era = plan?.Phase == Phase.Sparsity ? epoch : -1;
        var body = new StepBody(network, era, options.LabelSmoothing, pruner, optimizer, _scaler, _numbers, clock, replicas);
        var (step, seen, own, rate) = (0, 0L, 0L, 0.0);
        var known = (LossSum: 0.0, Images: 0L, Correct: 0L, Own: 0L);
        _numbers.Clear();
        foreach (var batch in loader.Epoch(epoch))
        {
            clock.Add(TrainingActivity.Data);
            using (batch)
            {
                var iteration = (long)epoch * loader.BatchesPerEpoch + step - IterationsBehind;
                rate = RateAt(iteration);
                var shrinking = pruning?.Timing == PhaseTiming.Official ? RateAt(iteration + 1) : rate;
                _numbers.Set(rate, pruner?.ShrinkageAt(shrinking) ?? 0);
                body.Share = new(loader.ImagesOf(batch.Index), stop);
                if (_steps.Take(body, batch) is { } sentence)
                {
                    observer.Message(sentence);
                }

                (step, seen, own) = (step + 1, seen + body.Share.Images, own + batch.Count);
            }

            if (step == 1 || step % _stepsBetweenReads == 0 || step == loader.BatchesPerEpoch)
            {
                var (loss, correct) = Read(epoch, step);
                known = (loss, seen, correct, own);
            }

            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            observer.StepDone(new(
                epoch, options.Epochs, step, loader.BatchesPerEpoch, isCut ? Phase.Final : plan?.Phase ?? Phase.Train,
                known.LossSum / known.Images, (double)known.Correct / known.Own, seen / elapsed, plan?.AverageJ, plan?.Lambda,
                Remaining(epoch, step, elapsed)));
            clock.Add(TrainingActivity.Other);
            if (replicas.IsStopped(stop))
            {
                return null;
            }
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(
            known.LossSum / seen, replicas.Sum(known.Correct)[0] / seen, rate, seconds, seen / seconds, (loader.WaitSeconds - waited) / seconds);
    }

    /// <summary>Drops what is kept for a network that is no more.</summary>
    public void Forget() => _steps.Forget();

    public void Dispose()
    {
        _steps.Dispose();
        _numbers.Dispose();
    }

    // The sums over the epoch so far; the last of its steps was the given one, counted from 1.
    private (double LossSum, long Correct) Read(int epoch, int step)
    {
        var sums = _numbers.Read();
        return double.IsFinite(sums.LossSum) ? sums : throw new OcsInputException(
            $"The loss is {sums.LossSum} in epoch {epoch}, {(_stepsBetweenReads == 1 ? "" : "at the latest in ")}step {step - 1}: "
            + "training has diverged; lower learning-rate or add warmup-epochs.");
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
