using System.Text;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>
/// Compares several runs in an HTML file: accuracy against MACs, with the paper's rows if it has any (Fig. 1 and 4).
/// </summary>
public static class HtmlComparison
{
    /// <summary>The usual name of the file.</summary>
    public const string FileName = "comparison.html";

    /// <summary>Writes the page into a file, with links to the runs' own reports, and returns its path.</summary>
    public static string Write(IReadOnlyList<RunFolder> runs, string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var page = Render(runs, run => LinkTo(folder, Path.Combine(run.Path, HtmlReport.FileName)));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        return path;
    }

    /// <summary>The page's text.</summary>
    /// <param name="runs">The runs, in the order of the command line.</param>
    /// <param name="link">The link to a run's own page; null if it has none.</param>
    /// <param name="live">The version of the runs' files on a live page; null for a file.</param>
    internal static string Render(IReadOnlyList<RunFolder> runs, Func<RunFolder, string?> link, string? live = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(link);
        var named = NamedRun.Of(runs, link);
        var html = new HtmlBuilder();
        var title = $"{runs.Count} runs";
        ComparisonSections.AddTo(html, named, title);
        var page = new Page("comparison", title, ComparisonData.Of(named).ToIsland()) { Live = live };
        return page.Around(html.ToMarkup());
    }

    /// <summary>The shortest unique end of each path.</summary>
    internal static string[] NamesOf(string[] paths)
    {
        string[][] parts = [.. paths.Select(path => path.Split(Path.DirectorySeparatorChar))];
        for (var length = 1; ; length++)
        {
            string[] names = [.. parts.Select(path => string.Join('/', path.TakeLast(length)))];
            if (length >= parts.Max(path => path.Length)
                || names.Distinct(StringComparer.Ordinal).Count() == paths.Distinct(StringComparer.Ordinal).Count())
            {
                return names;
            }
        }
    }

    private static string? LinkTo(string folder, string report) => File.Exists(report)
        ? string.Join(
            '/', Path.GetRelativePath(folder, report).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString))
        : null;
}
