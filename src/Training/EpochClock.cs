using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Adds up the time that an epoch spends on each activity. The clock is read between activities, which takes about 25
/// ns each time.
/// </summary>
/// <param name="awaited">
/// A device that is synchronized at each reading, so that its work counts for the right activity; null for none.
/// </param>
internal sealed class EpochClock(Device? awaited)
{
    private static readonly TrainingActivity[] Activities = Enum.GetValues<TrainingActivity>();
    private readonly long[] _ticks = new long[Activities.Length];
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>Adds the time since the last call, or since the start of the epoch, to an activity.</summary>
    public void Add(TrainingActivity activity)
    {
        if (awaited is { } device)
        {
            TorchRuntime.Synchronize(device);
        }

        var now = Stopwatch.GetTimestamp();
        _ticks[(int)activity] += now - _last;
        _last = now;
    }

    /// <summary>The seconds of each activity so far. The next epoch starts from 0.</summary>
    public ImmutableSortedDictionary<TrainingActivity, double> Take()
    {
        Add(TrainingActivity.Other);
        var seconds = Activities.ToImmutableSortedDictionary(
            activity => activity, activity => (double)_ticks[(int)activity] / Stopwatch.Frequency);
        Array.Clear(_ticks);
        return seconds;
    }
}
