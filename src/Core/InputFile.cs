using Ocs.Core.Interop;

namespace Ocs.Core;

/// <summary>
/// Reads files from untrusted sources. A device, a named pipe or a socket may block a reader or never end, also behind
/// a link. A file may be longer than any valid one.
/// </summary>
/// <remarks>Devices, pipes, sockets and empty files report a length of 0, and are refused.</remarks>
internal static class InputFile
{
    private const int FirstLength = 1 << 16;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It is empty or not a regular file, or it cannot be opened.</exception>
    public static FileStream OpenRead(string path)
    {
        Require(path);
        return new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="IOException">
    /// It is empty, not a regular file, or longer than the limit, or it cannot be read.
    /// </exception>
    public static byte[] ReadAllBytes(string path, long limit)
    {
        RequireLength(path, limit);
        return File.ReadAllBytes(path);
    }

    /// <summary>The length of the file that a path leads to.</summary>
    /// <exception cref="IOException">
    /// It is empty, not a regular file, or longer than the limit, or it is not there.
    /// </exception>
    public static long RequireLength(string path, long limit)
    {
        var length = Require(path);
        return length <= limit
            ? length
            : throw new IOException($"it has {length} bytes, more than the limit of {limit}");
    }

    /// <summary>The file that a path leads to, through links.</summary>
    public static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }

    /// <summary>Whether a path is something other than a regular file: a link, a folder, a pipe, a device.</summary>
    public static bool IsNotOrdinary(string path) =>
        NativeFiles.IdentityOf(path, followLinks: false) is { Kind: not FileKind.Ordinary };

    /// <summary>The bytes of a file in a run's folder.</summary>
    /// <exception cref="InvalidDataException">It is not a regular file, or longer than the limit.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadInFolder(string path, long limit) => IsNotOrdinary(path)
        ? throw new InvalidDataException(
            $"{path} is not a regular file, so it is not read: "
            + "a run's folder holds its files themselves, no links or pipes.")
        : Read(path, limit);

    /// <summary>The bytes of a file that a user has named, which may be a pipe.</summary>
    /// <exception cref="InvalidDataException">It is longer than the limit.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path, long limit)
    {
        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var stated = stream.CanSeek ? stream.Length : 0;
        var bytes = new byte[stated > limit ? 0 : Math.Max(stated, FirstLength)];
        var length = 0;
        while (stated <= limit)
        {
            var count = stream.Read(bytes, length, bytes.Length - length);
            length += count;
            if (count == 0 || length > limit)
            {
                break;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(2L * length, limit + 1));
            }
        }

        return stated > limit || length > limit
            ? throw new InvalidDataException(
                $"{path} is longer than {limit >> 20} MiB, which no file of its kind is: give the right file.")
            : bytes[..length];
    }

    private static long Require(string path)
    {
        var file = Target(path);

        // Missing files and folders are reported when they are opened.
        return !file.Exists || file.Length > 0
            ? file.Exists ? file.Length : 0
            : throw new IOException("it is empty, or it is not a regular file");
    }
}
