using System.Collections.Immutable;
using System.Diagnostics;
using Ocs.RunLog;
using Ocs.Torch;

namespace Ocs.Training;

/// <summary>
/// Adds up what an epoch's time is spent on: a stop watch that is read between activities, some 25 ns each time.
/// </summary>
/// <param name="awaited">
/// A device whose work is waited for at each reading, so that it counts where it was asked for; null for none.
/// </param>
internal sealed class EpochClock(Device? awaited)
{
    private static readonly TrainingActivity[] Activities = Enum.GetValues<TrainingActivity>();
    private readonly long[] _ticks = new long[Activities.Length];
    private long _last = Stopwatch.GetTimestamp();

    /// <summary>The time since the last call, or since an epoch's start, went to an activity.</summary>
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

    /// <summary>The seconds of each activity so far; the next epoch starts from nothing.</summary>
    public ImmutableSortedDictionary<TrainingActivity, double> Take()
    {
        Add(TrainingActivity.Other);
        var seconds = Activities.ToImmutableSortedDictionary(
            activity => activity, activity => (double)_ticks[(int)activity] / Stopwatch.Frequency);
        Array.Clear(_ticks);
        return seconds;
    }
}
