using System.Runtime;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// Memory that nothing uses any more, but that .NET, libtorch and the C library keep for what is allocated next.
/// </summary>
internal static class FreedMemory
{
    /// <summary>
    /// Gives it back to the system, in tens of milliseconds: for the moment between two large things that do not live
    /// at once.
    /// </summary>
    public static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TorchRuntime.GiveBackMemory();
    }
}
