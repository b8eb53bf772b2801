using System.Globalization;

namespace Ocs.Cli;

/// <summary>Checks the limit of open files.</summary>
internal static class OpenFiles
{
    // Training has 103 files open, mostly the program's own; serving a page needs some more. Above the limit .NET ends
    // the process.
    private const long Least = 160;
    private const string Limits = "/proc/self/limits";
    private const string Line = "Max open files";

    /// <summary>Fails if the limit is lower; does nothing if it is unknown.</summary>
    public static void Check()
    {
        if (File.Exists(Limits) && Limit(File.ReadLines(Limits)) is < Least and var limit)
        {
            throw new OcsInputException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Only {limit} files may be open at once, and {Least} are needed; `ulimit -n 1024` allows more."));
        }
    }

    /// <summary>The limit in the lines of the system's file; null if there is none.</summary>
    internal static long? Limit(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal)) is { } line
        && long.TryParse(
            line[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var limit)
            ? limit
            : null;
}
