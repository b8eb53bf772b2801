namespace Ocs.EndToEnd.Tests.Faults;

/// <summary>
/// The run that nothing happened to, and the one that was killed after its cut: made once, for every test that compares
/// with them.
/// </summary>
public sealed class UndisturbedRun : IDisposable
{
    private readonly FaultyRun _run = new();
    private readonly Lazy<string> _whole;
    private readonly Lazy<string> _stopped;

    public UndisturbedRun()
    {
        _whole = new(Complete);
        _stopped = new(Stop);
    }

    /// <summary>The folder of the whole run.</summary>
    internal string Whole => _whole.Value;

    /// <summary>The folder of a run that was killed after its cut: then there is a best network, too.</summary>
    internal string Stopped => _stopped.Value;

    public void Dispose() => _run.Dispose();

    private string Complete()
    {
        var place = _run.Place("whole");
        Assert.Equal(0, FaultyRun.Here(place, FaultyRun.Arguments).Code);
        return FaultyRun.RunIn(place);
    }

    private string Stop()
    {
        var place = _run.Place("stopped");
        var run = FaultyRun.RunIn(place);
        using var process = FaultyRun.Begin(place);
        FaultyRun.Until(process, "epoch   4");
        SpinWait.SpinUntil(() => File.Exists(Path.Combine(run, "best.ocs")));
        process.Kill();
        process.WaitForExit();
        foreach (var leftover in Directory.EnumerateFiles(run, ".*.tmp", SearchOption.AllDirectories))
        {
            File.Delete(leftover);
        }

        return run;
    }
}

/// <summary>The tests that share these runs.</summary>
[CollectionDefinition(Name)]
public sealed class FaultTests : ICollectionFixture<UndisturbedRun>
{
    public const string Name = "faults";
}
