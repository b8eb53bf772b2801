using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The title, the verdict and the table of before and after.</summary>
internal static class HeadlineSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run, string title)
    {
        html.Add($"""
            <header id="headline">
            <p class="kicker">ocs report</p>
            <h1>{title}</h1>
            <p class="verdict">{Verdict.Of(run)}</p>

            """);
        if (run.Notice is string notice)
        {
            html.Add($"""<p class="notice" role="note">{notice}</p>{"\n"}""");
        }

        if (run.Summary?.Problem is string problem)
        {
            html.Add($"""<p class="notice" role="alert">{problem}</p>{"\n"}""");
        }

        foreach (var warning in run.Summary?.Warnings ?? [])
        {
            html.Add($"""<p class="notice" role="note">{warning}</p>{"\n"}""");
        }

        if (run.Summary is RunSummary summary)
        {
            AddTable(html, run, summary);
            AddPaper(html, summary);
        }

        html.Add($"</header>\n");
    }

    private static void AddTable(HtmlBuilder html, RunFolder run, RunSummary summary)
    {
        var twin = summary.Baseline is not null;
        html.Add($"""
            <table class="headline">
            <caption>Before and after</caption>
            <thead><tr><th scope="col"><span class="visually-hidden">Measure</span></th><th scope="col">{(twin ? "Unpruned twin" : "Whole network")}</th><th scope="col">{(summary.Kind == RunKind.Baseline ? "This run" : "Pruned")}</th><th scope="col">Change</th></tr></thead>
            <tbody>

            """);
        AddAccuracy(html, summary);
        var macs = summary.Baseline?.Macs ?? summary.MacsBefore;
        var parameters = summary.Baseline?.Parameters ?? summary.ParametersBefore;
        AddRow(
            html,
            "MACs",
            Wording.Count(macs),
            Wording.Count(summary.MacsAfter),
            Wording.Change(macs, summary.MacsAfter));
        AddRow(
            html,
            "Parameters",
            Wording.Count(parameters),
            Wording.Count(summary.ParametersAfter),
            Wording.Change(parameters, summary.ParametersAfter));
        if (summary is { StepSecondsBefore: double before, StepSecondsAfter: double after })
        {
            AddRow(
                html,
                "Training step",
                Wording.Milliseconds(before),
                Wording.Milliseconds(after),
                Wording.Change(before, after));
        }

        if (summary.Latency is LatencySummary latency)
        {
            AddRow(
                html,
                latency.Batch == 1 ? "Latency of an image" : $"Latency of {latency.Batch} images",
                Wording.Milliseconds(latency.SecondsBefore),
                Wording.Milliseconds(latency.SecondsAfter),
                Wording.Change(latency.SecondsBefore, latency.SecondsAfter));
        }

        var twinSeconds = summary.Baseline?.TotalSeconds;
        AddRow(
            html,
            "Time of the run",
            twinSeconds is double t ? Wording.Duration(t) : Wording.Nothing,
            Wording.Duration(summary.TotalSeconds),
            twinSeconds is double s ? Wording.Change(s, summary.TotalSeconds) : Wording.Nothing);
        html.Add($"</tbody>\n</table>\n");
    }

    // Adds the paper's result for the same network and data at about the same cost.
    private static void AddPaper(HtmlBuilder html, RunSummary summary)
    {
        if (PaperRow.Nearest(summary) is PaperRow row)
        {
            html.Add($"""
                <p class="aside-note">The paper ({row.Table}) has {Wording.Percent(row.Accuracy)} with {Wording.Percent(row.Macs)} of the MACs left{(row.Baseline is double b ? $", {Wording.Percent(b)} unpruned" : "")}; this run has {Wording.Percent(summary.ValAccuracy)} with {Wording.Percent((double)summary.MacsAfter / summary.MacsBefore)}.</p>

                """);
        }
    }

    private static void AddAccuracy(HtmlBuilder html, RunSummary summary)
    {
        if (summary.ValMetrics is { } metrics)
        {
            foreach (var (name, value) in metrics)
            {
                var twin = name == summary.Headline?.Name ? summary.Baseline?.ValHeadline : null;
                AddRow(
                    html, $"Validation {name}", twin is double unpruned ? Wording.Number(unpruned) : Wording.Nothing,
                    Wording.Number(value), Wording.Nothing);
            }

            if (summary.Headline is { BeforeCut: double before, AfterCut: double after } headline)
            {
                AddRow(
                    html, $"{headline.Name} at the cut", Wording.Number(before), Wording.Number(after),
                    Wording.Nothing);
                if (headline.AfterRepair is double repaired)
                {
                    AddRow(
                        html, $"{headline.Name} after repair", Wording.Nothing, Wording.Number(repaired),
                        Wording.Nothing);
                }
            }

            return;
        }

        AddAccuracy(html, "Validation accuracy", summary.Baseline?.ValAccuracy, summary.ValAccuracy);
        if (summary.ValTop5Accuracy is not null)
        {
            AddAccuracy(html, "Top-5 accuracy", summary.Baseline?.ValTop5Accuracy, summary.ValTop5Accuracy);
        }

        if (summary.BestAccuracy is double best && best != summary.ValAccuracy)
        {
            AddRow(html, "Best accuracy", Wording.Nothing, Wording.Percent(best), Wording.Nothing);
        }
    }

    private static void AddAccuracy(HtmlBuilder html, string measure, double? twin, double? own) => AddRow(
        html,
        measure,
        Wording.Percent(twin),
        Wording.Percent(own),
        own is double value && twin is double other ? Wording.Points(value - other) : Wording.Nothing);

    private static void AddRow(HtmlBuilder html, string measure, string before, string after, string change) =>
        html.Add(
            $"""<tr><th scope="row">{measure}</th><td>{before}</td>"""
            + $"""<td class="strong">{after}</td><td>{change}</td></tr>{"\n"}""");
}

/// <summary>Median training throughput before and after the cut; only the first number without a cut.</summary>
internal sealed record Throughput(double Before, double? After)
{
    public static Throughput? Of(IReadOnlyList<RunRecord> records)
    {
        var before = Median(records.Where(r => r.Phase != RunPhase.Final));
        var after = Median(records.Where(r => r.Phase == RunPhase.Final));
        return before is double b ? new Throughput(b, after) : null;
    }

    private static double? Median(IEnumerable<RunRecord> records)
    {
        double[] sorted = [.. records.Select(r => r.ImagesPerSecond).Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
