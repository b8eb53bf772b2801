using System.Globalization;

namespace Ocs.Cli;

/// <summary>Whether as many files may be open at once as the program needs.</summary>
internal static class OpenFiles
{
    // A training has 103 open, a page that is served some more: the program's own parts above all. Where they cannot
    // be, .NET ends the process.
    private const long Least = 160;
    private const string Limits = "/proc/self/limits";
    private const string Line = "Max open files";

    /// <summary>Fails with a sentence where it is fewer; where nothing is known, nothing is said.</summary>
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

    /// <summary>The limit that the lines of the system's file state; null if they state none.</summary>
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
