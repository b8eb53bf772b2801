using System.Collections.Immutable;
using Ocs.Reporting.Tables;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>One row per run, with the columns for which any run has a value.</summary>
internal static class RunsTable
{
    public static void AddTo(HtmlBuilder html, ImmutableArray<NamedRun> runs)
    {
        var rows = RunRow.Of(runs);
        var columns = RunColumn.For(rows);
        html.Add($"""
            <section id="runs">
            <h2>Runs</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Runs">
            <table class="dense runs">
            <caption class="visually-hidden">One row a run</caption>
            <thead><tr><th scope="col">No.</th><th scope="col" class="text">Run</th>{Join(columns, Heading)}</tr></thead>
            <tbody>

            """);
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            html.Add(
                $"""<tr><td>{i + 1}</td><th scope="row" class="text">{Name(row.Run)}</th>"""
                + $"""{Join(columns, column => Cell(column, row))}</tr>{"\n"}""");
        }

        html.Add($"</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static Markup Name(NamedRun run) => run.Link is null
        ? new HtmlBuilder().Add($"{run.Name}").ToMarkup()
        : new HtmlBuilder().Add($"<a href=\"{run.Link}\">{run.Name}</a>").ToMarkup();

    private static Markup Heading(RunColumn column) => column.IsText
        ? new HtmlBuilder().Add($"<th scope=\"col\" class=\"text\">{column.Title}</th>").ToMarkup()
        : new HtmlBuilder().Add($"<th scope=\"col\">{column.Title}</th>").ToMarkup();

    private static Markup Cell(RunColumn column, RunRow row)
    {
        var text = column.Text(row) is { Length: > 0 } known ? known : Wording.Nothing;
        return column.IsText ? new HtmlBuilder().Add($"<td class=\"text\">{text}</td>").ToMarkup()
            : column.IsStrong ? new HtmlBuilder().Add($"<td class=\"strong\">{text}</td>").ToMarkup()
            : new HtmlBuilder().Add($"<td>{text}</td>").ToMarkup();
    }

    private static Markup Join(ImmutableArray<RunColumn> columns, Func<RunColumn, Markup> cell) =>
        new(string.Concat(columns.Select(column => cell(column).Text)));
}

/// <summary>Mean and deviation of runs that differ only in their seed, and the paper's row.</summary>
internal static class SeedsTable
{
    public static void AddTo(HtmlBuilder html, ImmutableArray<NamedRun> runs)
    {
        var groups = runs.Where(named => named.Run.Summary is { ValAccuracy: not null, Seed: not null })
            .GroupBy(named => (Head(named.Run.Summary!), RunOptions.WithoutSeeds(named.Run)))
            .Select(group => group.Select(named => named.Run.Summary!).DistinctBy(summary => summary.Seed).ToArray())
            .Where(group => group.Length > 1)
            .ToArray();
        if (groups.Length == 0)
        {
            return;
        }

        html.Add($"""
            <section id="seeds">
            <h2>Several seeds</h2>
            <p class="lead">Runs with the same options but for the seed: mean and standard deviation over their seeds.</p>
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

    private static object Head(RunSummary summary) =>
        (summary.Model, summary.Data, summary.Kind, summary.Preset, summary.Target, summary.Epochs, summary.Weights,
            summary.Teacher);

    /// <summary>Mean and sample standard deviation (n - 1).</summary>
    internal static (double Mean, double Deviation) Spread(double[] values)
    {
        var mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1)));
    }

    private static void AddRow(HtmlBuilder html, RunSummary[] group)
    {
        var first = group[0];
        var (mean, deviation) = Spread([.. group.Select(summary => summary.ValAccuracy!.Value)]);
        var row = PaperRow.Nearest(first);
        var left = Wording.Percent(group.Average(s => (double)s.MacsAfter / Math.Max(1, s.MacsBefore)));
        var paper = row is null
            ? Wording.Nothing
            : $"{Wording.Percent(row.Accuracy)} at {Wording.Percent(row.Macs)} ({row.Table})";
        var name = $"{first.Model}{(first.Data is null ? "" : $" on {first.Data}")}, "
            + $"{(first.Kind == RunKind.Baseline ? "no pruning" : first.Preset)}";
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
