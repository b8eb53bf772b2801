using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.RunLog;

namespace Ocs.Training.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class EpochClockTests
{
    [Fact]
    public void Every_stretch_counts_once_and_an_epoch_starts_from_nothing()
    {
        var clock = new EpochClock(awaited: null);
        clock.Add(TrainingActivity.Data);
        Spin(0.02);
        clock.Add(TrainingActivity.Forward);
        var first = clock.Take();
        Assert.InRange(first[TrainingActivity.Forward], 0.02, 5);
        Assert.InRange(
            first[TrainingActivity.Data] + first[TrainingActivity.Other], 0, first[TrainingActivity.Forward]);
        Assert.Equal(Enum.GetValues<TrainingActivity>(), first.Keys);
        Assert.Equal(0, clock.Take()[TrainingActivity.Forward]);
    }

    [Fact]
    public void A_profiled_run_accounts_for_all_of_its_epochs()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(TinyTask.Pruning, observer);
        using var result = trainer.Run();

        Assert.Equal(
            observer.Records.Select(record => (record.Epoch, record.Phase)),
            observer.Profiles.Select(profile => (profile.Epoch, profile.Phase)));
        Assert.All(
            observer.Records.Zip(observer.Profiles),
            pair => Assert.True(pair.Second.TotalSeconds >= pair.First.Seconds));
        Assert.All(observer.Profiles, profile => Assert.All(
            [TrainingActivity.Forward, TrainingActivity.Backward, TrainingActivity.Optimizer,
                TrainingActivity.Evaluation],
            activity => Assert.True(profile.Seconds[activity] > 0)));
        Assert.Equal(
            observer.Profiles.Select(profile => profile.Phase == RunPhase.Sparsity),
            observer.Profiles.Select(profile => profile.Seconds[TrainingActivity.Sparsity] > 0));
        Assert.All(observer.Profiles, profile => Assert.InRange(profile.Overhead, 0, 1));
        Assert.Equal(result.Original.Macs, observer.Profiles[0].Macs);
        Assert.Equal((true, true), (result.SamplesPerSecondBefore > 0, result.SamplesPerSecondAfter > 0));
    }

    [Fact]
    public void The_rate_counts_three_passes_of_two_operations()
    {
        var seconds = Enum.GetValues<TrainingActivity>().ToDictionary(activity => activity, _ => 0.0);
        (seconds[TrainingActivity.Forward], seconds[TrainingActivity.Backward]) = (1, 3);
        (seconds[TrainingActivity.Evaluation], seconds[TrainingActivity.Data]) = (0.5, 0.5);
        var profile = new EpochProfile
        {
            Epoch = 0,
            Phase = RunPhase.Train,
            Images = 1000,
            Macs = 2_000_000,
            Seconds = seconds.ToImmutableSortedDictionary(),
        };
        Assert.Equal(3, profile.Gigaflops, 12);
        Assert.Equal(0.1, profile.Overhead, 12);
        Assert.Equal(5, profile.TotalSeconds, 12);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void The_peak_of_this_machine_is_a_plausible_rate(Precision precision) =>
        Assert.InRange(PeakArithmetic.Gigaflops(precision), 0.1, 1e6);

    private static void Spin(double seconds)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
        }
    }
}
