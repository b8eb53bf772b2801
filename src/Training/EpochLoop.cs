using System.Diagnostics;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Torch;
using Ocs.Training.Checkpoints;
using Ocs.Training.Schedules;
using Ocs.Training.Steps;
using Ocs.Training.Telemetry;

namespace Ocs.Training;

/// <summary>The steps of an epoch: forward, backward, Eq. 8's gradient, the optimiser, Eq. 9.</summary>
internal sealed class EpochLoop(TrainingContext run, CheckpointKeeper keeper, Func<ITrainingStep>? steps) : IDisposable
{
    // Reading a sum synchronizes the device. On a CPU that costs nothing; on a GPU the host loses its lead.
    private const int StepsBetweenReads = 50;
    private readonly int _stepsBetweenReads = run.Device.Kind == DeviceKind.Cpu ? 1 : StepsBetweenReads;
    private readonly ITrainingStep _steps = steps?.Invoke()
        ?? TrainingSteps.For(run.Training, run.Device, run.Captures);
    private readonly StepNumbers _numbers = new(run.Device);
    private readonly int _shrinkageLead = run.Pruning is { } pruning ? CycleTiming.Of(pruning.Timing).ShrinkageLead : 0;
    private long _macs;

    /// <summary>One pass over the data, or the rest of it after the state's progress. Null if it was stopped.</summary>
    public EpochOutcome? Train(EpochPlan? plan, CancellationToken stop)
    {
        run.Clock.Add(TrainingActivity.Other);
        var (epoch, batches) = (run.State.Epoch, run.Batches);
        var (start, waited) = (Stopwatch.GetTimestamp(), batches.WaitSeconds);
        _macs = run.Network.Graph.Macs;
        var body = new StepBody(run, plan?.Phase == Phase.Sparsity ? epoch : -1, run.Pruner, _numbers);
        var before = run.State.Progress ?? new();
        var (done, known) = (before, before);
        _numbers.Begin(before.LossSum, before.Score);
        run.Distiller?.BeginEpoch(epoch, isNew: run.State.Progress is null);
        foreach (var batch in batches.Epoch(epoch, before.Steps))
        {
            run.Clock.Add(TrainingActivity.Data);
            using (batch)
            {
                done = Step(body, batch, done, stop);
            }

            if (done.Steps == before.Steps + 1
                || done.Steps % _stepsBetweenReads == 0
                || done.Steps == batches.BatchesPerEpoch)
            {
                done = known = Read(done);
            }

            done = done with
            {
                Seconds = before.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
                WaitSeconds = before.WaitSeconds + batches.WaitSeconds - waited,
            };
            Tell(plan, done, known, body.Share.Samples);
            run.Clock.Add(TrainingActivity.Other);
            if (Leaves(done, stop))
            {
                return null;
            }
        }

        run.State = run.State with { Progress = null };
        var sums = run.Replicas.Sum(done.Score, done.Own);
        return new(
            done.Loss, sums[0] / sums[1], done.LearningRate, done.Seconds, done.Samples / done.Seconds,
            done.WaitSeconds / done.Seconds);
    }

    /// <summary>Releases everything that belongs to a replaced network.</summary>
    public void Forget() => _steps.Forget();

    public void Dispose()
    {
        _steps.Dispose();
        _numbers.Dispose();
    }

    private EpochProgress Step(StepBody body, Batch batch, EpochProgress done, CancellationToken stop)
    {
        var iteration = ((long)run.State.Epoch * run.Batches.BatchesPerEpoch) + done.Steps - run.State.IterationsBehind;
        var rate = RateAt(iteration);
        var shrinkage = run.Pruner?.ShrinkageAt(
            _shrinkageLead == 0 ? rate : RateAt(iteration + _shrinkageLead),
            run.State.Epoch, done.Steps, run.Batches.BatchesPerEpoch);
        _numbers.Set(rate, shrinkage ?? 0);
        body.Share = new(run.Batches.SamplesOf(batch.Index), keeper.IsDue, stop);
        if (_steps.Take(body, batch) is { } sentence)
        {
            run.Tell(sentence, TrainingLog.StepsTakenOtherwise);
        }

        return done.With(body.Share.Samples, batch.Count, rate);
    }

    private void Tell(EpochPlan? plan, EpochProgress done, EpochProgress known, int samples)
    {
        var isCut = run.State.Record is not null;
        var progress = new TrainingProgress(
            run.State.Epoch, run.Training.Epochs, done.Steps, run.Batches.BatchesPerEpoch,
            isCut ? Phase.Final : plan?.Phase ?? Phase.Train,
            known.Loss, known.MeanScore, done.Samples / done.Seconds, plan?.AverageJ, plan?.Lambda, Remaining(done))
        {
            J = plan?.J,
            LearningRate = done.LearningRate,
            Macs = _macs,
            Samples = done.Samples,
            PredictedStableEpoch = isCut ? null : plan?.PredictedStableEpoch,
            PredictedMacs = isCut ? null : plan?.PredictedMacs,
        };
        run.Seen.StepDone(progress);
        run.Telemetry.StepDone(progress, samples);
        if (run.Replicas.IsFirst)
        {
            run.Progress?.Report(progress);
        }
    }

    // Whether the run is stopped after the step. A checkpoint is saved only if the sums are finite.
    private bool Leaves(EpochProgress done, CancellationToken stop)
    {
        var isStopped = run.Replicas.IsStopped(stop);
        var isSaved = !isStopped && run.Replicas.IsSaveDue(keeper.IsDue);
        if (isStopped || isSaved)
        {
            run.State = run.State with { Progress = Read(done) };
        }

        if (isSaved)
        {
            keeper.Save(run.State.Epoch);
        }

        return isStopped;
    }

    // With the sums over the epoch so far.
    private EpochProgress Read(EpochProgress done)
    {
        var (loss, score) = _numbers.Read();
        return double.IsFinite(loss)
            ? done with { LossSum = loss, Score = score }
            : throw Divergence.OfStep(loss, run.State.Epoch, done.Steps - 1, isExact: _stepsBetweenReads == 1);
    }

    private double RateAt(long iteration) =>
        LearningRateSchedule.At(run.Training, iteration, run.Batches.BatchesPerEpoch);

    private TimeSpan Remaining(EpochProgress done)
    {
        var stepsLeft = ((long)(run.Training.Epochs - run.State.Epoch) * run.Batches.BatchesPerEpoch) - done.Steps;
        return TimeSpan.FromSeconds(done.Seconds / done.Steps * stepsLeft);
    }
}

/// <summary>The result of an epoch's training.</summary>
/// <param name="Loss">Mean loss over the samples.</param>
/// <param name="Score">The mean of the task's count, such as correct classes.</param>
/// <param name="LearningRate">That of the last step.</param>
/// <param name="Seconds">The time without evaluation.</param>
/// <param name="SamplesPerSecond">How fast.</param>
/// <param name="WaitFraction">Part of the time that was spent waiting for data.</param>
internal sealed record EpochOutcome(
    double Loss, double Score, double LearningRate, double Seconds, double SamplesPerSecond, double WaitFraction);
