using System.Collections.Concurrent;
using System.Diagnostics;

namespace Ocs.Torch.Interop;

/// <summary>
/// Where each live tensor was made, when the environment variable OCS_TRACK_TENSORS is set: for finding leaks.
/// </summary>
internal static class TensorTracking
{
    // Keyed by a number, not by the handle: a reference from here would keep finalizers from running.
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
