using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The time of a run: training in each phase, the search, and the rest.</summary>
internal static class TimeSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        var parts = PartsOf(run);
        var total = parts.Sum(part => part.Seconds);
        if (total <= 0)
        {
            return;
        }

        html.Add($"""
            <section id="time">
            <h2>Time per phase</h2>
            <div class="shares" role="img" aria-label="Chart: Time per phase. {string.Join(", ", parts.Select(part => $"{part.Name} {Wording.Percent(part.Seconds / total, 0)}"))}.">

            """);
        foreach (var part in parts)
        {
            html.Add(
                $"""<div class="share {part.Style}" style="width:{100 * part.Seconds / total}%" """
                + $"""title="{part.Name}: {Wording.Duration(part.Seconds)}"></div>{"\n"}""");
        }

        html.Add($"""
            </div>
            <table class="phases">
            <caption class="visually-hidden">Time of each phase</caption>
            <thead><tr><th scope="col">Phase</th><th scope="col" class="number">Epochs</th><th scope="col" class="number">Time</th><th scope="col" class="number">An epoch</th><th scope="col" class="number">Share</th></tr></thead>
            <tbody>

            """);
        foreach (var (name, style, epochs, seconds) in parts)
        {
            html.Add($"""
                <tr><th scope="row"><span class="swatch {style}"></span>{name}</th><td class="number">{(epochs is int n ? Wording.Whole(n) : "")}</td><td class="number">{Wording.Duration(seconds)}</td><td class="number">{(epochs is int m ? Wording.Duration(seconds / m) : "")}</td><td class="number">{Wording.Percent(seconds / total, 1)}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n</section>\n");
    }

    // The log may be truncated, or the clock may have been set, so the rest is at least 0.
    private static ImmutableArray<Part> PartsOf(RunFolder run)
    {
        var phases = run.Records.GroupBy(record => record.Phase).OrderBy(phase => phase.Key).Select(phase => new Part(
            Capital(Wording.Phase(phase.Key)),
            phase.Key.ToString().ToLowerInvariant(),
            phase.Count(),
            phase.Sum(record => Finite(record.Seconds))));
        var search = run.Records.Sum(record => Finite(record.SearchSeconds ?? 0));
        var rest = (run.Summary?.TotalSeconds ?? 0) - run.Records.Sum(record => Finite(record.Seconds)) - search;
        Part[] others =
        [
            new("Search for the sub-network", "search", null, search),
            new("Evaluation, cut, files", "rest", null, rest),
        ];
        return [.. phases, .. others.Where(part => part.Seconds > 0)];
    }

    private static double Finite(double seconds) => double.IsFinite(seconds) ? seconds : 0;

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private sealed record Part(string Name, string Style, int? Epochs, double Seconds);
}
