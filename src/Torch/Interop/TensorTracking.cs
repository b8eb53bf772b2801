using System.Collections.Concurrent;
using System.Diagnostics;

namespace Ocs.Torch.Interop;

/// <summary>
/// Finds leaks: if the environment variable OCS_TRACK_TENSORS is set, stores the stack trace of each live tensor's
/// creation.
/// </summary>
internal static class TensorTracking
{
    // Keyed by a number, since a reference to the handle would prevent its finalizer from running.
    private static readonly ConcurrentDictionary<long, string> Origins = new();
    private static long _last;

    public static readonly bool IsOn = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OCS_TRACK_TENSORS"));

    public static long Add()
    {
        var id = Interlocked.Increment(ref _last);
        Origins[id] = new StackTrace(2, fNeedFileInfo: true).ToString();
        return id;
    }

    public static void Remove(long id) => Origins.TryRemove(id, out _);

    public static IReadOnlyList<string> Live() => [.. Origins.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
}
