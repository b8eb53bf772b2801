using System.Diagnostics;
using Xunit.Abstractions;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>SIGKILL at random moments: what goes on ends as if nothing had been.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly string[] Phases = ["before sparsity learning", "sparsity learning", "after the cut"];

    private const double OftenWhileItStarts = 0.1;

    // Checks, timings and the report come after training and take longer: a few kills among them are enough.
    private const double WithWhatFollows = 1.3;

    [Theory]
    [InlineData("", 3)]
    [InlineData(
        "optimizer: adamw, learning-rate: 0.01, ema-decay: 0.5, clip-gradient-norm: 1, accumulation-steps: 2, ", 1)]
    public void A_run_that_is_killed_at_any_moment_and_goes_on_ends_to_the_bit_as_one_that_was_not(
        string training, int usual)
    {
        using var runs = new FaultyRun(training);
        var wanted = FaultyRun.Trials(usual);
        var whole = runs.Place("whole");
        var begun = FaultyRun.Begin(whole);
        begun.StandardOutput.ReadLine();
        var watch = Stopwatch.StartNew();
        FaultyRun.Until(begun, "epoch   5");
        var duration = watch.Elapsed * WithWhatFollows;
        FaultyRun.Complete(begun);
        var dice = new Dice(wanted);
        var tally = new Tally();
        for (var trial = 0; tally.Kills < wanted; trial++)
        {
            var place = runs.Place($"trial{trial}");
            KillUntilItEnds(place, dice, duration, tally);
            FaultyRun.AssertSame(FaultyRun.RunIn(whole), FaultyRun.RunIn(place));
            Directory.Delete(place, recursive: true);
        }

        for (var phase = 0; phase < Phases.Length; phase++)
        {
            FaultyRun.Tell(
                output, $"SIGKILL {Phases[phase]}", tally.InPhase[phase], tally.InPhase[phase],
                "goes on; same weights and log to the bit");
        }

        FaultyRun.Tell(
            output, "of these, within the writing of a checkpoint", tally.InWriting, tally.InWriting,
            "the one before it is taken");
        FaultyRun.Tell(
            output, "SIGKILL before training or after it", tally.Outside, tally.Outside, "begins anew, or is complete");
    }

    private static void KillUntilItEnds(string place, Dice dice, TimeSpan duration, Tally tally)
    {
        while (true)
        {
            var run = FaultyRun.RunIn(place);
            using var process = File.Exists(Path.Combine(run, "config.yaml"))
                ? FaultyRun.Resume(place)
                : FaultyRun.Begin(place);
            if (!dice.Chance(OftenWhileItStarts))
            {
                process.StandardOutput.ReadLine();
            }

            var (_, error) = FaultyRun.Drain(process);
            if (process.WaitForExit(duration * dice.Uniform()))
            {
                // Killed after the last thing that it had to do: there is nothing to go on with.
                Assert.True(
                    process.ExitCode == 0 || error.Result.Contains("is complete", StringComparison.Ordinal),
                    error.Result);
                return;
            }

            process.Kill();
            process.WaitForExit();
            tally.Count(run);
        }
    }

    private sealed class Tally
    {
        public int Kills { get; private set; }

        public int[] InPhase { get; } = new int[Phases.Length];

        public int InWriting { get; private set; }

        public int Outside { get; private set; }

        // Two epochs of each phase, a line an epoch.
        public void Count(string run)
        {
            var (log, checkpoints) = (Path.Combine(run, "run.jsonl"), Path.Combine(run, "checkpoints"));
            if (!Directory.Exists(checkpoints)
                || File.ReadLines(log).Count() is var epochs && epochs >= 2 * Phases.Length)
            {
                Outside++;
                return;
            }

            Kills++;
            InPhase[epochs / 2]++;
            InWriting += Directory.EnumerateFiles(checkpoints, ".*.tmp").Any() ? 1 : 0;
        }
    }
}
