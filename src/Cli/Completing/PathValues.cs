using System.CommandLine.Completions;
using Ocs.Cli.Runs;
using Ocs.Data;

namespace Ocs.Cli.Completing;

/// <summary>
/// Files and folders as candidates. A folder that is not a candidate ends in a slash, so that completion continues in
/// it.
/// </summary>
internal static class PathValues
{
    private const int Most = 1000;
    private const string UsualRuns = "runs/";

    /// <summary>Files with one of these extensions, and folders; any file without extensions.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Files(params string[] endings) =>
        context => FilesFrom(context.WordToComplete, endings);

    /// <summary>Pictures, and folders.</summary>
    public static IEnumerable<CompletionItem> Pictures(CompletionContext context) =>
        FilesFrom(context.WordToComplete).Where(item => item.Label.EndsWith('/') || ImageNames.IsImage(item.Label));

    /// <summary>Folders.</summary>
    public static IEnumerable<CompletionItem> Folders(CompletionContext context) =>
        Listed(context.WordToComplete).Where(entry => entry.IsFolder).Select(entry => Item(entry.Shown + "/"));

    /// <summary>Folders of runs and of series of runs, and other folders.</summary>
    public static IEnumerable<CompletionItem> Runs(CompletionContext context) =>
    [
        .. RunsIn(context.WordToComplete),
        .. context.WordToComplete.Length == 0 ? RunsIn(UsualRuns) : [],
    ];

    /// <summary>Files with one of these extensions that start with a word, and folders.</summary>
    public static IEnumerable<CompletionItem> FilesFrom(string word, params string[] endings) =>
        Listed(word)
            .Where(entry => entry.IsFolder || endings.Length == 0
                || endings.Any(ending => entry.Shown.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            .Select(entry => Item(entry.IsFolder ? entry.Shown + "/" : entry.Shown));

    private static IEnumerable<CompletionItem> RunsIn(string word) =>
        Listed(word)
            .Where(entry => entry.IsFolder)
            .Select(entry => SeriesFolder.IsRun(entry.Path)
                ? new CompletionItem(entry.Shown, detail: "a run")
                : Item(entry.Shown + "/"));

    private static CompletionItem Item(string text) => new(text);

    // The content of a word's folder, as completions of the word. Hidden entries only if the word starts with a dot.
    private static IEnumerable<(string Shown, string Path, bool IsFolder)> Listed(string word)
    {
        var cut = word.LastIndexOf('/') + 1;
        var (folder, start) = (word[..cut], word[cut..]);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var place = folder.StartsWith("~/", StringComparison.Ordinal) ? home + folder[1..] : folder;
        try
        {
            return
            [
                .. new DirectoryInfo(place.Length == 0 ? "." : place).EnumerateFileSystemInfos()
                    .Where(entry => entry.Name.StartsWith(start, StringComparison.Ordinal)
                        && (entry.Name[0] != '.' || start.Length > 0)
                        && !entry.Name.Any(char.IsControl))
                    .Take(Most)
                    .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                    .Select(entry => (folder + entry.Name, entry.FullName, Directory.Exists(entry.FullName))),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
