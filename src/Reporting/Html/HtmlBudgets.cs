using System.Globalization;
using System.Text;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>
/// Several budgets of one run as an HTML file: accuracy, or the task's metric, against MACs and parameters, and the
/// largest target within the allowed loss.
/// </summary>
internal static class HtmlBudgets
{
    /// <summary>
    /// Writes <c>report.html</c> into the folder that contains those of the runs, and returns its path.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="curve">The results.</param>
    /// <param name="config">The options of the runs; null if unknown.</param>
    public static string Write(string folder, BudgetCurve curve, string? config)
    {
        var path = Path.Combine(folder, HtmlReport.FileName);
        var page = Render(curve, config);
        AtomicFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        return path;
    }

    /// <summary>The page's text.</summary>
    public static string Render(BudgetCurve curve, string? config)
    {
        var html = new HtmlBuilder();
        var title = $"{Wording.Plural(curve.Points.Length, "budget")} of {curve.Model}"
            + (curve.Data is { } data ? $" on {data}" : "");
        html.Add($"""
            <header id="headline">
            <p class="kicker">ocs report</p>
            <h1>{title}</h1>
            <p class="verdict">{VerdictOf(curve)}</p>

            """);
        foreach (var point in curve.Points.Where(point => point.Problem is not null))
        {
            var notice = $"{BudgetsData.LabelOf(point.Target)}: {point.Problem}";
            html.Add($"""<p class="notice" role="alert">{notice}</p>{"\n"}""");
        }

        html.Add($"</header>\n");
        AddCharts(html, curve);
        AddTable(html, curve);
        AddOrigin(html, curve, config);
        return new Page("budgets", title, BudgetsData.Of(curve).ToIsland()).Around(html.ToMarkup());
    }

    /// <summary>The chosen budget with the reason, in one or two sentences.</summary>
    private static string VerdictOf(BudgetCurve curve)
    {
        if (curve.Reference is null)
        {
            return $"The runs have no {curve.Metric}, so no budget is chosen; "
                + "their reports have the measured values.";
        }

        var unit = curve.IsFraction ? "points" : "%";
        var allowed = $"within {Wording.Fixed(curve.AllowedLoss * 100, 2)} {unit} of "
            + (curve.ReferenceIsTwin ? "the unpruned twin’s " : "the smallest budget’s ")
            + Shown(curve, curve.Reference);
        return curve.Points.FirstOrDefault(point => point.Target == curve.Chosen) is { } chosen
            ? $"The largest budget {allowed} removes {Removed(curve.Macs, chosen.Macs)} of the MACs: "
                + $"{Shown(curve, chosen.Value)} with {Wording.Count(chosen.Macs)} MACs and "
                + $"{Wording.Count(chosen.Parameters)} parameters."
            : $"No budget is {allowed}.";
    }

    private static void AddCharts(HtmlBuilder html, BudgetCurve curve)
    {
        if (curve.Points.All(point => point.Value is null))
        {
            return;
        }

        // The name is from a file, so it may be empty.
        var metric = curve.Metric is [var first, .. var rest] ? $"{char.ToUpperInvariant(first)}{rest}" : "Value";
        html.Add($"<section id=\"curve\">\n<h2>{metric} against cost</h2>\n");
        AddChart("macs-chart", $"{metric} against MACs", "MACs", point => point.Macs);
        AddChart("parameters-chart", $"{metric} against parameters", "parameters", point => point.Parameters);
        html.Add($"</section>\n");

        void AddChart(string id, string title, string unit, Func<BudgetPoint, long> cost)
        {
            var points = curve.Points.Select(
                point => $"{Shown(curve, point.Value)} at {Wording.Count(cost(point))} {unit}");
            (new Figure(id, title, $"{string.Join("; ", points)}.") { IsWide = true }).AddTo(html);
        }
    }

    private static void AddTable(HtmlBuilder html, BudgetCurve curve)
    {
        html.Add($"""
            <section id="budgets">
            <h2>Budgets</h2>
            <p class="lead">Costs and what is removed count from the whole network, {Wording.Count(curve.Macs)} MACs and {Wording.Count(curve.Parameters)} parameters. The runs share the epochs before their cuts: the time of a later budget is what it adds. All took {Wording.Duration(curve.TotalSeconds)}.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Budgets">
            <table class="dense">
            <caption class="visually-hidden">One row a budget</caption>
            <thead><tr><th scope="col" class="text">Target</th><th scope="col">{curve.Metric}</th><th scope="col">Change</th><th scope="col">MACs</th><th scope="col">Removed</th><th scope="col">Parameters</th><th scope="col">Removed</th><th scope="col">Cut before epoch</th><th scope="col">Time</th><th scope="col" class="text">Choice</th></tr></thead>
            <tbody>

            """);
        foreach (var point in curve.Points)
        {
            var change = (curve.Reference, point.Value) is not ({ } before, { } after) ? Wording.Nothing
                : curve.IsFraction ? Wording.Points(after - before)
                : Wording.Change(before, after);
            var cut = point.CutEpoch?.ToString(CultureInfo.InvariantCulture) ?? Wording.Nothing;
            var link = $"{Uri.EscapeDataString(point.Folder)}/{HtmlReport.FileName}";
            html.Add($"""
                <tr><th scope="row" class="text"><a href="{link}">{BudgetsData.LabelOf(point.Target)}</a></th><td class="strong">{Shown(curve, point.Value)}</td><td>{change}</td><td>{Wording.Count(point.Macs)}</td><td>{Removed(curve.Macs, point.Macs)}</td><td>{Wording.Count(point.Parameters)}</td><td>{Removed(curve.Parameters, point.Parameters)}</td><td>{cut}</td><td>{Wording.Duration(point.TotalSeconds - point.SharedSeconds)}</td><td class="text">{(point.Target == curve.Chosen ? "chosen" : "")}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static void AddOrigin(HtmlBuilder html, BudgetCurve curve, string? config)
    {
        html.Add($"<section id=\"provenance\">\n<h2>How to repeat it</h2>\n");
        if (curve.Command is { } command)
        {
            html.Add(
                $"<pre class=\"command\" tabindex=\"0\" aria-label=\"Command\"><code>{command}</code></pre>\n");
        }

        if (config is not null)
        {
            html.Add($"""
                <details>
                <summary>The options</summary>
                <pre tabindex="0" aria-label="Options"><code>{config.TrimEnd()}</code></pre>
                </details>

                """);
        }

        html.Add($"</section>\n");
    }

    private static string Shown(BudgetCurve curve, double? value) =>
        curve.IsFraction ? Wording.Percent(value) : value is null ? Wording.Nothing : curve.Show(value);

    private static string Removed(long whole, long left) =>
        Wording.Percent(whole > 0 ? 1 - (double)left / whole : null, 1);
}
