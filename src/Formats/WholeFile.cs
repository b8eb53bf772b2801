using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Files that are there whole or not at all, and whose errors are the user's to read.</summary>
internal static class WholeFile
{
    /// <summary>
    /// Writes the file that a user has named, by <see cref="AtomicFile"/>: whoever looks sees the old file or the new.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        RequirePath(path);
        try
        {
            AtomicFile.Write(path, write);
        }
        catch (Exception error) when (IsOfTheDisk(error))
        {
            throw new OcsInputException(
                $"{path} could not be written ({error.Message.TrimEnd('.')}): "
                + "give a path in a folder that exists and has room, and that you may write to.",
                error);
        }
    }

    /// <summary>
    /// Reads from a file; what the disk says, and what a damaged file makes of a reader, becomes one sentence.
    /// </summary>
    public static T Read<T>(string path, Func<FileStream, T> read)
    {
        RequirePath(path);
        try
        {
            return Interpret(path, () =>
            {
                using var stream = InputFile.OpenRead(path);
                return read(stream);
            });
        }
        catch (Exception error) when (IsOfTheDisk(error))
        {
            throw new OcsInputException($"{path} could not be read ({error.Message}): give the path of a file "
                + "that is there and whole.", error);
        }
    }

    /// <summary>
    /// Makes something of what was read of a file; numbers and names in it that do not fit together become one
    /// sentence.
    /// </summary>
    public static T Interpret<T>(string path, Func<T> interpret)
    {
        try
        {
            return interpret();
        }
        catch (OutOfMemoryException error)
        {
            throw new OcsInputException(
                $"{path} asks for more memory than there is: give a smaller file, or a whole one.", error);
        }
        catch (InsufficientExecutionStackException error)
        {
            throw new OcsInputException($"{path} is nested too deeply to be read: give the whole file.", error);
        }
        catch (Exception error) when (error is ArgumentException or ArithmeticException or IndexOutOfRangeException
            or InvalidCastException or InvalidOperationException or KeyNotFoundException or NullReferenceException
            or FormatException or NotSupportedException or TorchException)
        {
            throw new OcsInputException(
                $"{path}: its parts do not fit together, so the file is damaged: give the whole file.", error);
        }
    }

    /// <summary>
    /// Deletes a file that nobody needs; one that stays does no harm, so that no error of the disk is told.
    /// </summary>
    public static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (IsOfTheDisk(error))
        {
        }
    }

    private static bool IsOfTheDisk(Exception error) => error is IOException or UnauthorizedAccessException;

    private static void RequirePath(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new OcsInputException("A file's path is empty or holds a zero character: give the path of a file.");
        }
    }
}
