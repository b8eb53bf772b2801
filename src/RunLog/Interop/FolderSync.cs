using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ocs.RunLog.Interop;

/// <summary>Pushes a folder's entries to the disk, so that a new name is there after a power failure, too.</summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Returns when the folder is on the disk.</summary>
    /// <exception cref="IOException">The system says no.</exception>
    public static void Flush(string folder)
    {
        // .NET opens files alone.
        using var handle = new SafeFileHandle(Open(folder, ReadOnly), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new IOException($"{folder} could not be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
