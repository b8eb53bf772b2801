using System.Text;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The report of a run as a self-contained HTML file: no network, no other file.</summary>
public static class HtmlReport
{
    /// <summary>The name of the file in the folder of a run.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes <c>report.html</c> into a run's folder and returns its path.</summary>
    public static string Write(string runFolder) =>
        Write(RunLogReader.Read(runFolder), Path.Combine(runFolder, FileName));

    /// <summary>Writes a run's report into a file and returns its path.</summary>
    public static string Write(RunFolder run, string path)
    {
        var page = Render(run);
        var bytes = Encoding.UTF8.GetBytes(page);
        if (Path.GetFullPath(path) == Path.GetFullPath(Path.Combine(run.Path, FileName)))
        {
            // The folder may be from someone else, so links in it are not followed.
            AtomicFile.Replace(path, stream => stream.Write(bytes));
        }
        else
        {
            AtomicFile.Write(path, stream => stream.Write(bytes));
        }

        return path;
    }

    /// <summary>The page's text.</summary>
    /// <param name="run">The run.</param>
    /// <param name="live">The version of the run's files on a live page; null for a file.</param>
    internal static string Render(RunFolder run, string? live = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        var title = TitleOf(run);
        var html = new HtmlBuilder();
        HeadlineSection.AddTo(html, run, title);
        StabilitySection.AddTo(html, run);
        NormsSection.AddTo(html, run);
        CurvesSection.AddTo(html, run);
        TimeSection.AddTo(html, run);
        CutSection.AddTo(html, run);
        SamplesSection.AddTo(html, run);
        PrecisionSection.AddTo(html, run);
        LayersSection.AddTo(html, run);
        ProvenanceSection.AddTo(html, run);
        return new Page("run", title, RunData.Of(run).ToIsland()) { Live = live }.Around(html.ToMarkup());
    }

    /// <summary>Network and data, or the folder's name if they are unknown.</summary>
    internal static string TitleOf(RunFolder run) => run.Summary switch
    {
        null => NameOf(run),
        { Data: string data } summary => $"{summary.Model} on {data}",
        var summary => summary.Model,
    };

    /// <summary>The last part of the folder's path.</summary>
    internal static string NameOf(RunFolder run) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Path)));
}
