using Ocs.RunLog.Interop;

namespace Ocs.RunLog;

/// <summary>Replaces a file as a whole: whoever reads it, and after any crash, finds the old content or the new.</summary>
public static class AtomicFile
{
    /// <summary>Writes to a temporary file beside <paramref name="path"/>, syncs it to disk, renames it and syncs the folder.</summary>
    /// <exception cref="IOException">The file could not be written; an older one is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target) ?? throw new IOException($"{path} is not a file's name.");
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            FolderSync.Flush(folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes what writers have left that were killed on the way.</summary>
    public static void RemoveLeftovers(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            File.Delete(file);
        }
    }
}
