using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Ocs.Core.Interop;

namespace Ocs.RunLog;

/// <summary>
/// Reserves a run's folder for one process, by a lock on a file in it. The system releases the lock when the process
/// ends, in any way. The file names the owner.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>The file in the folder; its content is only for people.</summary>
    public const string FileName = ".lock";

    private const int LongestOwner = 300;
    private static readonly TimeSpan OwnerIsWritten = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly IReadOnlyList<string> _made;

    private FolderLock(string path, SafeFileHandle file, IReadOnlyList<string> made, string? problem)
    {
        (_path, _file, _made, Problem) = (path, file, made, problem);
        Unfinished.Add(path);
    }

    /// <summary>
    /// Why locks do not work on the folder's file system, so that the folder is not protected; null if they do.
    /// </summary>
    public string? Problem { get; }

    /// <summary>Locks a folder without waiting. Creates it if needed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="owner">The owner, if it is another process: process id, machine and start.</param>
    /// <returns>The lock; null if another process has it.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written to.</exception>
    [SuppressMessage(
        "Reliability",
        "CA2000",
        Justification = "The lock that is returned has the file; every other way out closes it.")]
    public static FolderLock? TryTake(string folder, out string owner)
    {
        var path = Path.Combine(folder, FileName);
        while (true)
        {
            var made = Make(folder);
            if (NativeFiles.IdentityOf(path, followLinks: false) is { Kind: not FileKind.Ordinary })
            {
                throw new IOException($"{path} is not a regular file");
            }

            var file = NativeFiles.OpenOrCreate(path);
            FolderLock? taken = null;
            try
            {
                if (!NativeFiles.TryLock(file, out var problem))
                {
                    owner = OwnerOf(file);
                    return null;
                }

                // The previous owner may have removed the file between our two calls.
                if (NativeFiles.IdentityOf(file) == NativeFiles.IdentityOf(path, followLinks: false))
                {
                    owner = Describe();
                    RandomAccess.SetLength(file, 0);
                    RandomAccess.Write(file, Encoding.UTF8.GetBytes(owner + "\n"), 0);
                    taken = new(path, file, made, problem);
                    return taken;
                }
            }
            finally
            {
                if (taken is null)
                {
                    file.Dispose();
                }
            }
        }
    }

    /// <summary>Releases the folder. Deletes it if it was created here and is empty.</summary>
    public void Dispose()
    {
        if (_file.IsClosed)
        {
            return;
        }

        try
        {
            File.Delete(_path);
            foreach (var folder in _made.Where(
                folder => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()))
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Closing the file releases the folder anyway.
        }

        Unfinished.Remove(_path);
        _file.Dispose();
    }

    // The created folders, the innermost first.
    private static List<string> Make(string folder)
    {
        var made = new List<string>();
        var missing = Path.GetFullPath(folder);
        while (missing is not null && !Directory.Exists(missing))
        {
            made.Add(missing);
            missing = Path.GetDirectoryName(missing);
        }

        Directory.CreateDirectory(folder);
        return made;
    }

    private static string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"process {Environment.ProcessId} on {Environment.MachineName} "
        + $"since {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} UTC");

    // A process that has just taken the lock is about to write.
    private static string OwnerOf(SafeFileHandle file)
    {
        var text = "";
        SpinWait.SpinUntil(() => (text = Read(file)).Length > 0, OwnerIsWritten);
        return text.Length > 0 ? text : "another process";
    }

    private static string Read(SafeFileHandle file)
    {
        var bytes = new byte[LongestOwner];
        var text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
        return string.Concat(text.Split('\n')[0].Where(letter => !char.IsControl(letter)));
    }
}
