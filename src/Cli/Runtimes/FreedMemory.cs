using System.Runtime;
using Ocs.Torch;

namespace Ocs.Cli.Runtimes;

/// <summary>
/// Free memory that .NET, libtorch and the C library keep for later allocations.
/// </summary>
internal static class FreedMemory
{
    /// <summary>
    /// Gives it back to the system, in tens of milliseconds: between two stages that each need much memory.
    /// </summary>
    public static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TorchRuntime.GiveBackMemory();
    }
}
