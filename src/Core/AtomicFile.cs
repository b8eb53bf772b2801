using Ocs.Core.Interop;

namespace Ocs.Core;

/// <summary>
/// Replaces a file as a whole: whoever reads it, and after any crash, finds the old content or the new.
/// </summary>
internal static class AtomicFile
{
    private const UnixFileMode Permissions = (UnixFileMode)0x1FF;

    /// <summary>
    /// Writes the file that a user has named. A link is followed, and the file that it leads to is replaced; a device
    /// or a pipe is written to, for it can be neither half-written nor replaced.
    /// </summary>
    /// <exception cref="IOException">The file could not be written; an older one is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        if (!IsReplaceable(target))
        {
            WriteThrough(target, write);
            return;
        }

        Replace(TargetOf(target), write);
    }

    /// <summary>The file that writing to a path replaces: where its links lead, or the path itself.</summary>
    public static string TargetOf(string path) =>
        IsReplaceable(path) && NativeFiles.IdentityOf(path, followLinks: false)?.Kind == FileKind.Link
            ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)!.FullName
            : path;

    /// <summary>
    /// Writes a file of a run's folder: to a temporary file beside <paramref name="path"/>, which is synced to disk and
    /// renamed, and the folder is synced. A link in its place is replaced and not followed. A file that was there keeps
    /// its permissions.
    /// </summary>
    /// <exception cref="IOException">The file could not be written; an older one is as it was.</exception>
    public static void Replace(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target) ?? throw new IOException($"{path} is not a file's name.");
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        Unfinished.Add(temporary);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                KeepPermissions(target, stream);
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
        finally
        {
            Unfinished.Remove(temporary);
        }
    }

    /// <summary>
    /// Whether writing to a path replaces what is there, if anything is; devices and pipes are written to instead.
    /// </summary>
    public static bool IsReplaceable(string path) =>
        NativeFiles.IdentityOf(path, followLinks: true)?.Kind is null or FileKind.Ordinary or FileKind.Folder;

    /// <summary>Removes what writers have left that were killed on the way.</summary>
    public static void RemoveLeftovers(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            File.Delete(file);
        }
    }

    // Made whole in memory first: a pipe cannot be searched, as some writers do with their stream.
    private static void WriteThrough(string target, Action<Stream> write)
    {
        using var whole = MemoryFile.Open();
        write(whole);
        whole.Position = 0;
        using var stream = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        whole.CopyTo(stream);
    }

    private static void KeepPermissions(string target, FileStream stream)
    {
        if (!OperatingSystem.IsWindows()
            && NativeFiles.IdentityOf(target, followLinks: false)?.Kind == FileKind.Ordinary)
        {
            File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target) & Permissions);
        }
    }
}
