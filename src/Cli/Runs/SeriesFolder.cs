using Ocs.RunLog;

namespace Ocs.Cli.Runs;

/// <summary>A folder whose folders are runs, and which is none itself: what --repeat and --sweep leave.</summary>
internal static class SeriesFolder
{
    /// <summary>
    /// The folders of the runs in it, however deep, by name; the folder itself where it holds none or is a run.
    /// </summary>
    public static IEnumerable<string> RunsIn(string folder)
    {
        if (IsRun(folder) || !Directory.Exists(folder))
        {
            return [folder];
        }

        string[] runs =
        [
            .. Directory.EnumerateDirectories(folder)
                .Where(inner => !IsLink(inner))
                .OrderBy(path => path.Length)
                .ThenBy(path => path, StringComparer.Ordinal)
                .SelectMany(RunsIn)
                .Where(IsRun),
        ];
        return runs.Length == 0 ? [folder] : runs;
    }

    // A link may lead back to a folder that it is in.
    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    /// <summary>Whether a folder holds a run.</summary>
    public static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, RunFolder.LogName))
            || File.Exists(Path.Combine(folder, RunFolder.SummaryName));
}
