using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The sections of a page about several runs.</summary>
internal static class ComparisonSections
{
    public static void AddTo(HtmlBuilder html, ImmutableArray<NamedRun> runs, string title)
    {
        var data = ComparisonData.Of(runs);
        html.Add($"""
            <header id="headline">
            <p class="kicker">ocs report</p>
            <h1>{title}</h1>
            <p class="verdict">{Verdict(runs)}</p>

            """);
        foreach (var named in runs.Where(named => named.Run.Notice is not null))
        {
            html.Add($"""<p class="notice" role="note">{named.Run.Notice}</p>{"\n"}""");
        }

        html.Add($"</header>\n");
        AddCharts(html, runs, data);
        RunsTable.AddTo(html, runs);
        SeedsTable.AddTo(html, runs);
        PaperTable.AddTo(html, runs);
        AddCommands(html, runs);
    }

    private static void AddCharts(HtmlBuilder html, ImmutableArray<NamedRun> runs, ComparisonData data)
    {
        var measured = data.Runs.Where(run => run.Accuracy is not null).ToArray();
        if (measured.Length > 0)
        {
            html.Add($"<section id=\"tradeoff\">\n<h2>Accuracy against MACs</h2>\n");
            var rows = data.Paper.IsEmpty
                ? ""
                : $" The paper’s tables have {Wording.Plural(data.Paper.Length, "row")} for this network and data, "
                    + "listed below.";
            var speed = measured.Any(run => run.SpeedUp is not null)
                ? " The larger the dot, the faster the cut network is than the whole one."
                : "";
            var figure = new Figure("tradeoff-chart", "Accuracy and cost", $"{Extremes(measured)}{rows}{speed}");
            (figure with { IsWide = true }).AddTo(html);
            html.Add($"</section>\n");
        }

        html.Add($"<section id=\"courses\">\n<h2>Over the epochs</h2>\n<div class=\"figures\">\n");
        if (data.Runs.Any(run => run.ValAccuracy.Any(value => value is not null)))
        {
            const string Meaning =
                "Each run’s accuracy after each epoch; the tables of the runs’ own reports have the numbers.";
            new Figure("compare-accuracy", "Validation accuracy", Meaning).AddTo(html);
        }

        if (data.Runs.Any(run => run.JAvg.Any(value => value is not null)))
        {
            const string Meaning = "J_avg of each run: how much of the chosen sub-network stays the same.";
            new Figure("compare-stability", "Stability", Meaning).AddTo(html);
        }

        html.Add($"</div>\n");
        var cut = measured.Where(run => run.CutEpoch is not null).ToArray();
        if (cut.DistinctBy(run => run.CutEpoch).Count() > 1)
        {
            var figure = new Figure("cut-chart", "Accuracy against the epoch of the cut", CutSentence(cut));
            (figure with { IsWide = true }).AddTo(html);
        }

        html.Add($"</section>\n");
    }

    private static string Verdict(ImmutableArray<NamedRun> runs)
    {
        var summaries = runs.Select(named => named.Run.Summary).OfType<RunSummary>().ToArray();
        var unfinished = runs.Length - summaries.Length;
        string[] tasks =
        [
            .. summaries
                .Select(s => s.Data is null ? s.Model : $"{s.Model} on {s.Data}")
                .Distinct(StringComparer.Ordinal),
        ];
        var what = tasks.Length switch
        {
            0 => "None of the runs is finished yet.",
            1 => $"{Wording.Plural(summaries.Length, "run")} of {tasks[0]}.",
            _ => $"{Wording.Plural(summaries.Length, "run")} of {tasks.Length} kinds: {string.Join(", ", tasks)}.",
        };
        return unfinished > 0 && tasks.Length > 0
            ? $"{what} {Wording.Plural(unfinished, "more run")} not finished yet."
            : what;
    }

    private static string Extremes(RunPoint[] measured)
    {
        var best = measured.MaxBy(run => run.Accuracy)!;
        var cheapest = measured.MinBy(run => run.Macs)!;
        return $"{best.Label} is the most accurate ({Cost(best)}), {cheapest.Label} the cheapest ({Cost(cheapest)}).";

        static string Cost(RunPoint run) => $"{Wording.Percent(run.Accuracy)} at {Wording.Count(run.Macs ?? 0)} MACs";
    }

    private static string CutSentence(RunPoint[] cut)
    {
        var (first, last) = (cut.MinBy(run => run.CutEpoch)!, cut.MaxBy(run => run.CutEpoch)!);
        return $"The earliest cut is at epoch {first.CutEpoch} ({first.Label}, {Wording.Percent(first.Accuracy)}), "
            + $"the latest at epoch {last.CutEpoch} ({last.Label}, {Wording.Percent(last.Accuracy)}).";
    }

    private static void AddCommands(HtmlBuilder html, ImmutableArray<NamedRun> runs)
    {
        html.Add($"<section id=\"provenance\">\n<h2>How to repeat them</h2>\n");
        foreach (var named in runs)
        {
            html.Add($"<h3 class=\"code\">{named.Name}</h3>\n");
            if (named.Run.Summary is RunSummary { Command: string command } summary)
            {
                html.Add(
                    $"<pre class=\"command\" tabindex=\"0\" aria-label=\"Command\"><code>{command}</code></pre>\n"
                    + $"<p class=\"aside\">ocs {summary.Version}, {summary.Engine}</p>\n");
            }

            if (named.Run.Config is string config)
            {
                html.Add($"""
                    <details>
                    <summary>Its options</summary>
                    <pre tabindex="0" aria-label="Options"><code>{config.TrimEnd()}</code></pre>
                    </details>

                    """);
            }
        }

        html.Add($"</section>\n");
    }
}
