using Ocs.RunLog;

namespace Ocs.Cli.Runs;

/// <summary>A folder that contains runs but is not one itself: the result of --repeat and --sweep.</summary>
internal static class SeriesFolder
{
    /// <summary>The folders of runs at any depth, by name; the folder itself if it is a run or contains none.</summary>
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

    // A link may lead to a parent folder.
    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    /// <summary>Whether a folder holds a run.</summary>
    public static bool IsRun(string folder) =>
        File.Exists(Path.Combine(folder, RunFolder.LogName))
            || File.Exists(Path.Combine(folder, RunFolder.SummaryName));
}
