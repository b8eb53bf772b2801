using Ocs.Torch;

namespace Ocs.Formats;

/// <summary>Reads and writes files: writes are atomic, and errors are sentences for the user.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file by <see cref="AtomicFile"/>: at any time the old or the new file is complete.</summary>
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

    /// <summary>Reads from a file. Errors of the disk and of damaged content become one sentence.</summary>
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

    /// <summary>Interprets the content of a file. Inconsistent content becomes one sentence.</summary>
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

    /// <summary>Deletes an unneeded file. Errors are ignored: a file that remains does no harm.</summary>
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
