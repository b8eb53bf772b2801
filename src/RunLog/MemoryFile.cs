using Ocs.RunLog.Interop;

namespace Ocs.RunLog;

/// <summary>Files in memory, of any length: they need no folder and no room on a disk, and nothing is left of them.</summary>
public static class MemoryFile
{
    /// <summary>A new, empty one, to write to and then to read.</summary>
    /// <exception cref="IOException">The system says no.</exception>
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
