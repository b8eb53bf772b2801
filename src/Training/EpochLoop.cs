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

/// <summary>The steps of an epoch: forward, backward, Eq. 8's gradient, the optimiser, Eq. 9.</summary>
internal sealed class EpochLoop(
    TrainingOptions options, OneCycleOptions? pruning, BatchLoader loader, IOptimizer optimizer, EpochClock clock, Device device,
    Replicas replicas, Func<ITrainingStep> steps) : IDisposable
{
    // Reading a sum waits for the device: on a CPU that costs nothing, on others the lead of the host.
    private const int StepsBetweenReads = 50;
    private readonly int _stepsBetweenReads = device.Kind == DeviceKind.Cpu ? 1 : StepsBetweenReads;
    private readonly ITrainingStep _steps = steps();
    private readonly StepNumbers _numbers = new(device);

    /// <summary>Steps that the learning rate's schedule lags behind.</summary>
    public long IterationsBehind { get; set; }

    /// <summary>How far the epoch is, as of the last save or stop within it; null between two epochs.</summary>
    public EpochProgress? Progress { get; set; }

    /// <summary>The factor on float16's loss; null in other precisions.</summary>
    public LossScaler? Scaler { get; } = options.Precision == Precision.Fp16 ? new() : null;

    /// <summary>Asked after every step whether the run is to be saved.</summary>
    public Func<bool> IsSaveDue { get; init; } = static () => false;

    /// <summary>Called where it is, with <see cref="Progress"/> as of the step.</summary>
    public Action Save { get; init; } = static () => { };

    /// <summary>
    /// One pass over the data, or what is left of it after <see cref="Progress"/>; null when it was stopped on the way.
    /// </summary>
    public EpochOutcome? Train(
        int epoch, RunningNetwork network, OneCyclePruner? pruner, EpochPlan? plan, bool isCut, ITrainingObserver observer,
        CancellationToken stop)
    {
        clock.Add(TrainingActivity.Other);
        var (start, waited) = (Stopwatch.GetTimestamp(), loader.WaitSeconds);
        var era = plan?.Phase == Phase.Sparsity ? epoch : -1;
        var body = new StepBody(network, era, options, pruner, optimizer, Scaler, _numbers, clock, replicas);
        var before = Progress ?? new();
        var (done, known) = (before, before);
        _numbers.Begin(before.LossSum, before.Correct);
        foreach (var batch in loader.Epoch(epoch, before.Steps))
        {
            clock.Add(TrainingActivity.Data);
            using (batch)
            {
                var iteration = (long)epoch * loader.BatchesPerEpoch + done.Steps - IterationsBehind;
                var rate = RateAt(iteration);
                var shrinking = pruning?.Timing == PhaseTiming.Official ? RateAt(iteration + 1) : rate;
                _numbers.Set(rate, pruner?.ShrinkageAt(shrinking) ?? 0);
                body.Share = new(loader.ImagesOf(batch.Index), IsSaveDue(), stop);
                if (_steps.Take(body, batch) is { } sentence)
                {
                    observer.Message(sentence);
                }

                done = done.With(body.Share.Images, batch.Count, rate);
            }

            if (done.Steps == before.Steps + 1 || done.Steps % _stepsBetweenReads == 0 || done.Steps == loader.BatchesPerEpoch)
            {
                done = known = Read(epoch, done);
            }

            done = done with
            {
                Seconds = before.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
                WaitSeconds = before.WaitSeconds + loader.WaitSeconds - waited,
            };
            observer.StepDone(new(
                epoch, options.Epochs, done.Steps, loader.BatchesPerEpoch, isCut ? Phase.Final : plan?.Phase ?? Phase.Train,
                known.Loss, known.Accuracy, done.Images / done.Seconds, plan?.AverageJ, plan?.Lambda, Remaining(epoch, done))
            {
                PredictedStableEpoch = isCut ? null : plan?.PredictedStableEpoch,
                PredictedMacs = isCut ? null : plan?.PredictedMacs,
            });
            clock.Add(TrainingActivity.Other);
            if (Leaves(epoch, done, stop))
            {
                return null;
            }
        }

        Progress = null;
        var sums = replicas.Sum(done.Correct, done.Own);
        return new(
            done.Loss, sums[0] / sums[1], done.LearningRate, done.Seconds, done.Images / done.Seconds, done.WaitSeconds / done.Seconds);
    }

    /// <summary>Drops what is kept for a network that is no more.</summary>
    public void Forget() => _steps.Forget();

    public void Dispose()
    {
        _steps.Dispose();
        _numbers.Dispose();
    }

    // Whether the run is stopped after the step. It is not saved, then or at its time, before its sums are known to be numbers.
    private bool Leaves(int epoch, EpochProgress done, CancellationToken stop)
    {
        var isStopped = replicas.IsStopped(stop);
        var isSaved = !isStopped && replicas.IsSaveDue(IsSaveDue());
        if (isStopped || isSaved)
        {
            Progress = Read(epoch, done);
        }

        if (isSaved)
        {
            Save();
        }

        return isStopped;
    }

    // With the sums over the epoch so far.
    private EpochProgress Read(int epoch, EpochProgress done)
    {
        var (loss, correct) = _numbers.Read();
        return double.IsFinite(loss)
            ? done with { LossSum = loss, Correct = correct }
            : throw Divergence.OfStep(loss, epoch, done.Steps - 1, isExact: _stepsBetweenReads == 1);
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
