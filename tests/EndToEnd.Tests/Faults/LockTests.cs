using System.Diagnostics;
using Xunit.Abstractions;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>
/// Several processes in one folder: one has it, each other says in one sentence who does, and not a byte is lost.
/// </summary>
[Collection(FaultTests.Name)]
public sealed class LockTests(UndisturbedRun undisturbed, ITestOutputHelper output) : IDisposable
{
    private const string InUse =
        @"^The run folder run is in use: process \d+ on \S+ since [-0-9: ]+ UTC has it; "
        + @"wait for its end(, stop it, or give another folder with --out| or stop it)\.$";

    private readonly FaultyRun _run = new();

    private static int Tries => Math.Max(1, FaultyRun.Trials(usual: 1) / 3);

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Of_several_starts_at_once_in_one_folder_one_trains_and_the_others_say_who_does()
    {
        for (var trial = 0; trial < Tries; trial++)
        {
            var place = _run.Place($"starts{trial}");
            Process[] starts = [.. Enumerable.Range(0, 4).Select(_ => FaultyRun.Begin(place))];
            var ends = starts.Select(Result).ToList();

            Assert.Single(ends, end => end.Code == 0);
            Assert.All(ends.Where(end => end.Code != 0), end => Assert.Matches(InUse, Sentence(end)));
            FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
        }

        FaultyRun.Tell(
            output, "four starts at once in one folder", Tries, Tries,
            "one trains, to the bit; each other one says who has the folder");
    }

    [Theory]
    [InlineData("--force over a run that goes on")]
    [InlineData("--resume of a run that goes on")]
    public void A_run_that_goes_on_is_neither_replaced_nor_gone_on_with(string how)
    {
        for (var trial = 0; trial < Tries; trial++)
        {
            var place = _run.Place($"running{trial}");
            using var first = FaultyRun.Begin(place);
            FaultyRun.Until(first, $"epoch   {trial % 3}");
            string[] second = how.StartsWith("--force", StringComparison.Ordinal)
                ? [.. FaultyRun.Arguments, "--force"]
                : FaultyRun.Resumption;

            Assert.Matches(InUse, FaultyRun.FailHere(place, code: 2, second));
            FaultyRun.Complete(first);
            FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
            Directory.Delete(place, recursive: true);
        }

        FaultyRun.Tell(output, how, Tries, Tries, "refused in one sentence; the run ends to the bit");
    }

    [Fact]
    public void Processes_whose_parent_is_killed_end_and_leave_a_run_that_goes_on()
    {
        for (var trial = 0; trial < Tries; trial++)
        {
            var place = _run.Place($"parent{trial}");
            var log = Path.Combine(FaultyRun.RunIn(place), "run.jsonl");
            string before;
            using (var parent = FaultyRun.Begin(place, "--processes", "2"))
            {
                FaultyRun.Until(parent, $"epoch   {trial % 4}");
                before = File.ReadAllText(log);
                parent.Kill();
                parent.WaitForExit();

                // Rank 0 has the parent's output, which so ends when rank 0 does.
                var resumed = ResumeOnceFree(place);
                FaultyRun.Complete(resumed);
            }

            var after = File.ReadAllText(log);
            Assert.StartsWith(before[..(before.LastIndexOf('\n') + 1)], after, StringComparison.Ordinal);
            Assert.Equal(6, RunLog.RunLogReader.Read(FaultyRun.RunIn(place)).Records.Length);
            Assert.False(Directory.Exists(Path.Combine(FaultyRun.RunIn(place), "checkpoints")));
            Directory.Delete(place, recursive: true);
        }

        FaultyRun.Tell(
            output, "SIGKILL of the process that started two others (--processes 2)", Tries, Tries,
            "both end, and the run goes on");
    }

    // The processes save their run when their parent is gone: until then the folder is theirs.
    private static Process ResumeOnceFree(string place)
    {
        while (true)
        {
            var resumed = FaultyRun.Resume(place, "--processes", "2");
            if (resumed.StandardOutput.ReadLine() is { } line)
            {
                Assert.StartsWith("Continues in epoch", line, StringComparison.Ordinal);
                return resumed;
            }

            Assert.Matches(InUse, FaultyRun.Fail(resumed, code: 2));
        }
    }

    private static (int Code, string Error) Result(Process process)
    {
        using (process)
        {
            var (_, error) = FaultyRun.Drain(process);
            process.WaitForExit();
            return (process.ExitCode, error.Result);
        }
    }

    private static string Sentence((int Code, string Error) end)
    {
        Assert.Equal(2, end.Code);
        return Assert.Single(end.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
