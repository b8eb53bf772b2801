namespace Ocs.Data;

/// <summary>The bytes of an image's file.</summary>
internal static class ImageFile
{
    // No photograph is larger; a file that is must be something else.
    private const long LongestFile = 1 << 29;

    /// <summary>Reads a whole file into memory that is used again.</summary>
    /// <exception cref="IOException">It is not a regular file, too long, or cannot be read.</exception>
    public static ReadOnlySpan<byte> Read(string path, ref byte[] memory)
    {
        InputFile.RequireLength(path, LongestFile);
        using var handle = File.OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length is 0 or > LongestFile)
        {
            throw new InvalidDataException($"it has {length} bytes");
        }

        if (memory.Length < length)
        {
            memory = new byte[length];
        }

        // One call reads it all, unless someone shortens the file meanwhile.
        return memory.AsSpan(0, RandomAccess.Read(handle, memory.AsSpan(0, (int)length), 0));
    }

    /// <summary>
    /// The format of a file that is a picture by its first bytes; null if it is none or cannot be read.
    /// </summary>
    public static string? KindOf(string path)
    {
        try
        {
            using var file = InputFile.OpenRead(path);
            Span<byte> start = stackalloc byte[ImageKind.Longest];
            return ImageKind.Of(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)])?.Name;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
