using System.Buffers.Text;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>A few held-out images, with predictions of the networks before and after the cut.</summary>
internal static class SamplesSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        if (run.Samples is not { Rows.IsDefaultOrEmpty: false, Columns.IsDefaultOrEmpty: false } samples)
        {
            return;
        }

        html.Add($"""
            <section id="samples">
            <h2>Samples</h2>
            <p class="lead">Some held-out images, what is in them, and what the network finds.</p>
            <table class="samples">
            <thead><tr>
            """);
        foreach (var column in samples.Columns)
        {
            html.Add($"<th scope=\"col\">{column}</th>");
        }

        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (var row in samples.Rows.Where(row => !row.IsDefault))
        {
            html.Add($"<tr>");
            for (var i = 0; i < Math.Min(row.Length, samples.Columns.Length); i++)
            {
                html.Add(
                    $"<td><img src=\"data:image/png;base64,{Base64Of(row[i])}\" alt=\"{samples.Columns[i]}\"></td>");
            }

            html.Add($"</tr>\n");
        }

        html.Add($"</tbody>\n</table>\n<p class=\"legend\">");
        foreach (var (name, colour) in samples.Legend.IsDefault ? [] : samples.Legend)
        {
            html.Add($"<span class=\"item\"><i class=\"swatch\" style=\"background:#{Hex(colour)}\"></i>{name}</span>");
        }

        html.Add($"</p>\n</section>\n");
    }

    // The folder may be from someone else, so only valid pictures and colours are accepted.
    private static Markup Base64Of(string picture) => new(Base64.IsValid(picture) ? picture : "");

    private static string Hex(string colour) =>
        colour.Length == 6 && colour.All(char.IsAsciiHexDigit) ? colour : "000000";
}
