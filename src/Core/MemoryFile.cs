using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Ocs.Core.Interop;

namespace Ocs.Core;

/// <summary>
/// Files in memory, of any length: they need no folder and no room on a disk, and nothing is left of them.
/// </summary>
internal static class MemoryFile
{
    /// <summary>A path that opens it, in this process and in others of the same user, while it is open here.</summary>
    public static string PathOf(FileStream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"/proc/{Environment.ProcessId}/fd/{file.SafeFileHandle.DangerousGetHandle()}");
    }

    /// <summary>A new, empty one, to write to and then to read.</summary>
    /// <exception cref="IOException">The system says no.</exception>
    [SuppressMessage(
        "Reliability", "CA2000", Justification = "The stream has the handle; where there is none, it is closed.")]
    public static FileStream Open()
    {
        var handle = NativeFiles.CreateInMemory("ocs");
        try
        {
            return new(handle, FileAccess.ReadWrite);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
