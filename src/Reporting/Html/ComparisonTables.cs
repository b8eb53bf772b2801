using System.Collections.Immutable;
using System.Globalization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>One row a run.</summary>
internal static class RunsTable
{
    public static void AddTo(HtmlBuilder html, ImmutableArray<NamedRun> runs)
    {
        html.Add($"""
            <section id="runs">
            <h2>Runs</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Runs">
            <table class="dense runs">
            <caption class="visually-hidden">One row a run</caption>
            <thead><tr><th scope="col" class="text">Run</th><th scope="col" class="text">Preset</th><th scope="col">Seed</th><th scope="col">Epochs</th><th scope="col">Accuracy</th><th scope="col">Beside unpruned</th><th scope="col">MACs</th><th scope="col">MACs left</th><th scope="col">Parameters left</th><th scope="col">Cut at</th><th scope="col">Latency</th><th scope="col">Time</th></tr></thead>
            <tbody>

            """);
        foreach (var (name, run, link) in runs)
        {
            html.Add($"""<tr><th scope="row" class="text">{Name(name, link)}</th>{(run.Summary is RunSummary summary ? Cells(summary) : Unfinished(run))}</tr>{"\n"}""");
        }

        html.Add($"</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static Markup Name(string name, string? link) => link is null
        ? new HtmlBuilder().Add($"{name}").ToMarkup()
        : new HtmlBuilder().Add($"<a href=\"{link}\">{name}</a>").ToMarkup();

    private static Markup Cells(RunSummary s)
    {
        string beside = s is { ValAccuracy: double own, Baseline.ValAccuracy: double twin } ? Wording.Points(own - twin) : Wording.Nothing;
        string latency = s.Latency is LatencySummary l ? Wording.Milliseconds(l.SecondsAfter) : Wording.Nothing;
        return new HtmlBuilder()
            .Add($"""<td class="text">{(s.Kind == RunKind.Baseline ? "unpruned" : s.Preset ?? Wording.Nothing)}</td>""")
            .Add($"<td>{s.Seed?.ToString(CultureInfo.InvariantCulture) ?? Wording.Nothing}</td><td>{Wording.Whole(s.Epochs)}</td>")
            .Add($"<td class=\"strong\">{Wording.Percent(s.ValAccuracy)}</td><td>{beside}</td>")
            .Add($"<td>{Wording.Count(s.MacsAfter)}</td><td>{Left(s.MacsBefore, s.MacsAfter)}</td>")
            .Add($"<td>{Left(s.ParametersBefore, s.ParametersAfter)}</td>")
            .Add($"<td>{(s.CutEpoch is int cut ? Wording.Whole(cut) : Wording.Nothing)}</td><td>{latency}</td><td>{Wording.Duration(s.TotalSeconds)}</td>")
            .ToMarkup();
    }

    private static Markup Unfinished(RunFolder run)
    {
        var last = run.Records.LastOrDefault();
        return new HtmlBuilder()
            .Add($"""<td class="text">under way</td><td>{Wording.Nothing}</td><td>{run.Records.Length}</td>""")
            .Add($"<td class=\"strong\">{Wording.Percent(last?.ValAccuracy)}</td><td>{Wording.Nothing}</td>")
            .Add($"<td>{(last is null ? Wording.Nothing : Wording.Count(last.Macs))}</td><td>{Wording.Nothing}</td><td>{Wording.Nothing}</td>")
            .Add($"<td>{Wording.Nothing}</td><td>{Wording.Nothing}</td><td>{Wording.Duration(run.Records.Sum(record => record.Seconds))}</td>")
            .ToMarkup();
    }

    private static string Left(long before, long after) =>
        before > 0 ? Wording.Percent((double)after / before) : Wording.Nothing;
}

/// <summary>Mean and deviation of runs that differ in nothing but their seed, beside the paper's row.</summary>
internal static class SeedsTable
{
    public static void AddTo(HtmlBuilder html, ImmutableArray<NamedRun> runs)
    {
        var groups = runs.Select(named => named.Run.Summary).OfType<RunSummary>()
            .Where(summary => summary is { ValAccuracy: not null, Seed: not null })
            .GroupBy(summary => (summary.Model, summary.Data, summary.Kind, summary.Preset, summary.Target, summary.Epochs, summary.Weights))
            .Select(group => group.DistinctBy(summary => summary.Seed).ToArray())
            .Where(group => group.Length > 1)
            .ToArray();
        if (groups.Length == 0)
        {
            return;
        }

        html.Add($"""
            <section id="seeds">
            <h2>Several seeds</h2>
            <p class="lead">Runs of the same network, data, preset, target and epochs: mean and standard deviation over their seeds.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Several seeds">
            <table class="dense">
            <caption class="visually-hidden">One row for the runs that differ in their seed</caption>
            <thead><tr><th scope="col" class="text">Runs</th><th scope="col">Seeds</th><th scope="col">Accuracy</th><th scope="col">Deviation</th><th scope="col">MACs left</th><th scope="col">The paper</th></tr></thead>
            <tbody>

            """);
        foreach (var group in groups)
        {
            AddRow(html, group);
        }

        html.Add($"</tbody>\n</table>\n</div>\n</section>\n");
    }

    /// <summary>Mean, and the deviation of a sample (n - 1).</summary>
    internal static (double Mean, double Deviation) Spread(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1)));
    }

    private static void AddRow(HtmlBuilder html, RunSummary[] group)
    {
        var first = group[0];
        var (mean, deviation) = Spread([.. group.Select(summary => summary.ValAccuracy!.Value)]);
        var row = PaperRow.Nearest(first);
        string left = Wording.Percent(group.Average(s => (double)s.MacsAfter / Math.Max(1, s.MacsBefore)));
        string paper = row is null ? Wording.Nothing : $"{Wording.Percent(row.Accuracy)} at {Wording.Percent(row.Macs)} ({row.Table})";
        string name = $"{first.Model}{(first.Data is null ? "" : $" on {first.Data}")}, {(first.Kind == RunKind.Baseline ? "unpruned" : first.Preset)}";
        html.Add($"""
            <tr><th scope="row" class="text">{name}</th><td>{string.Join(", ", group.Select(s => s.Seed).Order())}</td><td class="strong">{Wording.Percent(mean)}</td><td>{Wording.Fixed(deviation * 100, 2)} points</td><td>{left}</td><td>{paper}</td></tr>

            """);
    }
}

/// <summary>The paper's rows for the networks and data of the runs.</summary>
internal static class PaperTable
{
    public static void AddTo(HtmlBuilder html, ImmutableArray<NamedRun> runs)
    {
        var rows = PaperPoint.For(runs).ToArray();
        if (rows.Length == 0)
        {
            return;
        }

        html.Add($"""
            <section id="paper">
            <h2>The paper’s rows</h2>
            <p class="lead">From the tables of the paper (arXiv 2501.13439), for the same network and data. MACs are what it calls FLOPs, as a part of the unpruned network’s.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="The paper’s rows">
            <table class="dense">
            <caption class="visually-hidden">One row of the paper each</caption>
            <thead><tr><th scope="col" class="text">Method</th><th scope="col" class="text">Table</th><th scope="col">MACs left</th><th scope="col">Parameters left</th><th scope="col">Unpruned</th><th scope="col">Pruned</th><th scope="col">Change</th></tr></thead>
            <tbody>

            """);
        foreach (var (_, row) in rows)
        {
            html.Add($"""
                <tr><th scope="row" class="text">{row.Method}</th><td class="text">{row.Table}</td><td>{Wording.Percent(row.Macs)}</td><td>{Wording.Percent(row.Parameters)}</td><td>{Wording.Percent(row.Baseline)}</td><td class="strong">{Wording.Percent(row.Accuracy)}</td><td>{(row.Baseline is double b ? Wording.Points(row.Accuracy - b) : Wording.Nothing)}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n</div>\n</section>\n");
    }
}
