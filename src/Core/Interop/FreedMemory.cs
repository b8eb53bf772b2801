using System.Runtime;
using System.Runtime.InteropServices;

namespace Ocs.Core.Interop;

/// <summary>
/// Memory that nobody uses any more, but that .NET's heap and the C library keep for what is allocated next.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>
    /// Gives it back to the system. It takes tens of milliseconds: for the moment between two large things that do not
    /// live at once.
    /// </summary>
    public static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GiveBackNative();
    }

    /// <summary>The same of the C library alone, whose memory ONNX Runtime and libtorch take.</summary>
    public static void GiveBackNative() => _ = Trim(0);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint left);
}
