using System.Collections.Immutable;

namespace Ocs.Cli;

/// <summary>Reads files of other people's making: what their reader did not expect is one sentence that names the file.</summary>
internal static class UserFile
{
    // What numbers, names and sizes lead to that do not fit each other. Everything else is a fault of the program.
    private static readonly ImmutableArray<Type> OfContents =
    [
        typeof(OverflowException), typeof(DivideByZeroException), typeof(KeyNotFoundException), typeof(IndexOutOfRangeException),
        typeof(ArgumentOutOfRangeException), typeof(FormatException), typeof(InvalidCastException), typeof(NullReferenceException),
    ];

    /// <summary>What the reader makes of the file.</summary>
    public static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (OutOfMemoryException error)
        {
            throw new OcsInputException($"{path} takes more memory than there is; give a smaller one.", error);
        }
        catch (InsufficientExecutionStackException error)
        {
            throw new OcsInputException($"{path} is nested too deeply to be read.", error);
        }
        catch (Exception error) when (OfContents.Contains(error.GetType()))
        {
            throw new OcsInputException(
                $"{path} cannot be read, for its numbers or names contradict each other ({error.GetType().Name}); it is damaged, or was made to be wrong.", error);
        }
    }
}
