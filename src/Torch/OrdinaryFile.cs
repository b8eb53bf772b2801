namespace Ocs.Torch;

/// <summary>
/// Reads files that have an end. A device, a named pipe or a socket may hang a reader or never end, also behind a link.
/// </summary>
/// <remarks>A device, a pipe and a socket state no bytes; so does an empty file, in which there is nothing to read.</remarks>
public static class OrdinaryFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It is empty or no ordinary file, or it cannot be opened.</exception>
    public static FileStream OpenRead(string path)
    {
        Require(path);
        return new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="IOException">It is empty, no ordinary file or longer than the limit, or it cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, long limit)
    {
        RequireLength(path, limit);
        return File.ReadAllBytes(path);
    }

    /// <summary>The length of the file that a path leads to.</summary>
    /// <exception cref="IOException">It is empty, no ordinary file or longer than the limit, or it is not there.</exception>
    public static long RequireLength(string path, long limit)
    {
        long length = Require(path);
        return length <= limit ? length : throw new IOException($"it has {length} bytes, more than the limit of {limit}");
    }

    /// <summary>The file that a path leads to, through links.</summary>
    public static FileInfo Target(string path)
    {
        FileInfo file = new(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }

    private static long Require(string path)
    {
        FileInfo file = Target(path);

        // What is not there, or is a folder, is told by the one who opens it.
        return !file.Exists || file.Length > 0
            ? file.Exists ? file.Length : 0
            : throw new IOException("it is empty, or it is no ordinary file");
    }
}
