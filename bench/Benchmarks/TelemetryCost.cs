using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ocs.Pruning;
using Ocs.Torch;
using Ocs.Training.Telemetry;
using Ocs.Zoo;

namespace Ocs.Benchmarks;

/// <summary>
/// The cost of telemetry in a training step: a small network's step with and without it, alternating in one process,
/// first without listeners, then with one.
/// </summary>
internal static class TelemetryCost
{
    private const string Network = "cifar_resnet8";
    private const int BatchSize = 8;
    private const int Calls = 10_000_000;
    private const double NanosecondsPerMillisecond = 1e6;

    public static IEnumerable<Figure> Measure(Settings settings)
    {
        using var step = new TrainingStep(Models.Build(Network), MemoryFormat.ChannelsLast, batch: BatchSize);
        var telemetry = new RunTelemetry(Network, logger: null, isFirst: true);
        yield return Turns("nobody listens", step, telemetry, settings);
        yield return Call("nobody listens", step, telemetry);
        using var listener = Listener();
        yield return Turns("a listener gets every measurement", step, telemetry, settings);
        yield return Call("a listener gets every measurement", step, telemetry);
    }

    private static Figure Turns(string when, TrainingStep step, RunTelemetry telemetry, Settings settings)
    {
        Action alone = () => step.Run();
        Action measured = () =>
        {
            step.Run();
            Tell(telemetry);
        };
        var plan = TurnPlan.Exactly(settings.WarmUps, turns: 100 * settings.Steps) with { WarmEachRun = false };
        var times = TurnTimes.Take([alone, measured], plan, TimeProvider.System);
        return new(
            $"a step of {Network}, batch {BatchSize}, with its measurements and without, in {times.Turns} turns; "
                + when,
            $"{1000 * times.Median(1):F3} ms", $"{1000 * times.Median(0):F3} ms (without)",
            $"{times.Median(0) / times.Median(1):F4}", "1");
    }

    private static Figure Call(string when, TrainingStep step, RunTelemetry telemetry)
    {
        var shortest = Enumerable.Range(0, 20).Min(_ => step.Run());
        var start = Stopwatch.GetTimestamp();
        for (var call = 0; call < Calls; call++)
        {
            Tell(telemetry);
        }

        var nanoseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds * NanosecondsPerMillisecond / Calls;
        return new(
            $"measuring a step alone, {Calls:N0} calls; {when}", $"{nanoseconds:F1} ns", $"{shortest:F3} ms (a step)",
            $"{100 * nanoseconds / NanosecondsPerMillisecond / shortest:F5} % of a step", "under 0.01 % of a step");
    }

    private static void Tell(RunTelemetry telemetry) => telemetry.StepDone(
        new(3, 20, 7, 390, Phase.Sparsity, 1.2, 0.5, 900, 0.98, 1e-4, TimeSpan.FromMinutes(3))
        {
            J = 0.97,
            LearningRate = 0.1,
            Macs = 12_000_000,
            Samples = 56,
        },
        BatchSize);

    private static MeterListener Listener()
    {
        var sum = 0.0;
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Instruments.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => sum += value);
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += value);
        listener.Start();
        return listener;
    }
}
