using System.Reflection;
using System.Text;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>A run as one HTML file that needs nothing else: no network, no other file.</summary>
public static class HtmlReport
{
    public const string FileName = "report.html";

    /// <summary>Writes <c>report.html</c> into a run's folder and returns its path.</summary>
    public static string Write(string runFolder)
    {
        string page = Render(RunLogReader.Read(runFolder));
        string path = Path.Combine(runFolder, FileName);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        return path;
    }

    /// <summary>The page's text.</summary>
    public static string Render(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var html = new HtmlBuilder();
        string title = Title(run);
        html.Add($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
            <title>{title} · ocs report</title>
            <style>{Resource("uplot.css")}{Resource("report.css")}</style>
            </head>
            <body>
            <main>

            """);
        HeadlineSection.AddTo(html, run, title);
        CurvesSection.AddTo(html, run);
        CutSection.AddTo(html, run);
        LayersSection.AddTo(html, run);
        ProvenanceSection.AddTo(html, run);
        html.Add($"""
            </main>
            <script type="application/json" id="run-data">{new ReportData(run.Records, run.Summary).ToIsland()}</script>
            <script>
            /*
            {Resource("uplot.license")}*/
            {Resource("uplot.js")}
            </script>
            <script>
            {Resource("report.js")}</script>
            </body>
            </html>

            """);
        return html.ToString();
    }

    private static string Title(RunFolder run) => run.Summary switch
    {
        null => Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Path)),
        { Data: string data } summary => $"{summary.Model} on {data}",
        var summary => summary.Model,
    };

    private static Markup Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new Markup(reader.ReadToEnd());
    }
}
