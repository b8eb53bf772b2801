using System.Diagnostics;

namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>Ctrl-C, SIGTERM and SIGHUP: a training saves itself, everything else ends at once.</summary>
[Collection(FaultTests.Name)]
public sealed class SignalTests(UndisturbedRun undisturbed) : IDisposable
{
    private const int MillisecondsToStart = 1_000;
    private const int MillisecondsToEnd = 30_000;

    private readonly FaultyRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_command_that_has_nothing_to_save_ends_on_the_first_signal(string signal, int code)
    {
        using var process = FaultyRun.Start(_run.Place("eval"), ["eval", "cifar_resnet110", "--data", "fashion-mnist"]);
        var output = process.StandardOutput.ReadToEndAsync();
        Assert.StartsWith(
            "Warning: cifar_resnet110 has random weights", await process.StandardError.ReadLineAsync(),
            StringComparison.Ordinal);
        var error = process.StandardError.ReadToEndAsync();
        Assert.False(process.WaitForExit(MillisecondsToStart));
        Send(signal, process);

        Assert.True(process.WaitForExit(MillisecondsToEnd));
        Assert.Equal((code, "", ""), (process.ExitCode, await output, await error));
    }

    [Fact]
    public void A_training_saves_itself_on_the_first_signal_of_any_kind_and_goes_on_to_the_bit()
    {
        var place = _run.Place("signals");
        foreach (var (stop, signal) in new[] { "INT", "TERM", "HUP" }.Index())
        {
            using var process = stop == 0 ? FaultyRun.Begin(place) : FaultyRun.Resume(place);
            FaultyRun.Until(process, $"epoch   {stop + 1}");
            Send(signal, process);
            FaultyRun.Until(process, "Stopped in epoch");
            process.WaitForExit();
            Assert.Equal(130, process.ExitCode);
        }

        FaultyRun.ResumeHere(place);
        FaultyRun.AssertSame(undisturbed.Whole, FaultyRun.RunIn(place));
    }

    [Fact]
    public void A_training_whose_hang_up_is_ignored_by_nohup_goes_on()
    {
        using var process = FaultyRun.StartIn(
            _run.Place("nohup"), "env", ["--ignore-signal=HUP", "dotnet", FaultyRun.Program, .. FaultyRun.Arguments]);
        FaultyRun.Until(process, "epoch   1");
        Send("HUP", process);

        FaultyRun.Complete(process);
    }

    private static void Send(string signal, Process process)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]);
        kill.WaitForExit();
    }
}
