using System.Reflection;
using System.Text;

namespace Ocs.Reporting.Html;

/// <summary>The frame of every page: style, scripts, data. It needs no network and no other file.</summary>
/// <param name="Kind">The kind of page: <c>run</c>, <c>comparison</c> or <c>budgets</c>.</param>
/// <param name="Title">The title of the page.</param>
/// <param name="Data">The data for the scripts.</param>
internal sealed record Page(string Kind, string Title, Markup Data)
{
    private static readonly string[] Scripts = [
        "charts.js", "scatter.js", "norms.js", "run.js", "comparison.js", "budgets.js", "page.js",
    ];

    /// <summary>The version of the files of a live page; null for a page in a file.</summary>
    public string? Live { get; init; }

    /// <summary>The text of the page.</summary>
    public string Around(Markup sections)
    {
        var html = new HtmlBuilder();
        var connect = new Markup(Live is not null ? "; connect-src 'self'" : "");
        html.Add($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:{connect}">
            <title>{Title} · ocs report</title>
            <style>{Resource("uplot.css")}{Resource("report.css")}</style>
            </head>
            <body data-page="{Kind}" data-version="{Live}">
            {LiveSign()}<main>

            """);
        html.Add($"""
            {sections}</main>
            <script type="application/json" id="page-data">{Data}</script>
            <script>
            /*
            {Resource("uplot.license")}*/
            {Resource("uplot.js")}
            </script>
            <script>

            """);
        foreach (var script in Live is not null ? [.. Scripts, "live.js"] : Scripts)
        {
            html.Add($"{Resource(script)}\n");
        }

        html.Add($"</script>\n</body>\n</html>\n");
        return html.ToString();
    }

    private Markup LiveSign() => new(Live is not null ? "<p id=\"live\" role=\"status\">connecting</p>\n" : "");

    private static Markup Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the program.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new Markup(reader.ReadToEnd());
    }
}
