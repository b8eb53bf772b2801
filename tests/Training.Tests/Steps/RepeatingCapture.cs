using Ocs.Torch.Interop;
using Ocs.Training.Steps;

namespace Ocs.Training.Tests.Steps;

/// <summary>
/// A capture without a device: what was captured is done anew, and must then ask for the very operators with the very
/// numbers that it asked for the first time, and read nothing back. So work that passes here depends on tensors alone,
/// as a graph does.
/// </summary>
internal sealed class RepeatingCapture : IStepCapture
{
    private Action? _work;
    private List<string>? _calls;

    public int WarmUps { get; private set; }

    public int Captures { get; private set; }

    public int Replays { get; private set; }

    /// <summary>What capturing throws, if anything.</summary>
    public Exception? Failure { get; init; }

    public void WarmUp(Action work)
    {
        WarmUps++;
        work();
    }

    public void Capture(Action work)
    {
        Captures++;
        if (Failure is not null)
        {
            throw Failure;
        }

        (_work, _calls) = (work, null);
    }

    public void Replay()
    {
        Replays++;
        List<string> calls = [];
        OperatorCall.Seen = calls.Add;
        try
        {
            _work!();
        }
        finally
        {
            OperatorCall.Seen = null;
        }

        Assert.DoesNotContain("item", calls);
        Assert.Equal(_calls ??= calls, calls);
    }

    public void Discard() => _work = null;

    public void Dispose()
    {
    }
}
