namespace Ocs.Core.Interop;

/// <summary>Pushes a folder's entries to the disk, so that a new name is there after a power failure, too.</summary>
internal static class FolderSync
{
    /// <summary>Returns when the folder is on the disk.</summary>
    /// <exception cref="IOException">The system says no.</exception>
    public static void Flush(string folder)
    {
        // .NET opens files alone.
        using var handle = NativeFiles.OpenToRead(folder);
        RandomAccess.FlushToDisk(handle);
    }
}
