using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The learning curves: charts with captions, and all numbers as a table.</summary>
internal static class CurvesSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        if (run.Records.IsEmpty)
        {
            return;
        }

        var records = run.Records;
        html.Add($"""
            <section id="learning">
            <h2>Learning</h2>
            <noscript><p class="notice">The curves need JavaScript; their numbers are in the table below.</p></noscript>
            <div class="figures">

            """);
        if (records.All(record => record.ValMetrics is null))
        {
            new Figure("accuracy-chart", "Accuracy", Accuracy(records)).AddTo(html);
        }

        new Figure("loss-chart", "Loss", Losses(records)).AddTo(html);
        new Figure("lr-chart", "Learning rate", LearningRate(records)).AddTo(html);
        new Figure("speed-chart", "Training speed", Speed(records)).AddTo(html);
        html.Add($"</div>\n");
        AddTable(html, records);
        html.Add($"</section>\n");
    }

    private static string Accuracy(ImmutableArray<RunRecord> records)
    {
        var measured = records.Where(r => r.ValAccuracy is not null).ToArray();
        if (measured.Length == 0)
        {
            return "No validation accuracy was measured.";
        }

        var best = measured.MaxBy(r => r.ValAccuracy)!;
        return Course(
            "Validation accuracy",
            Wording.Percent(measured[0].ValAccuracy, 1),
            Wording.Percent(measured[^1].ValAccuracy, 1))
            + $"; its best is {Wording.Percent(best.ValAccuracy, 1)} at epoch {best.Epoch}.";
    }

    private static string Losses(ImmutableArray<RunRecord> records)
    {
        var text = Course(
            "Training loss", Wording.Number(records[0].TrainLoss), Wording.Number(records[^1].TrainLoss));
        var measured = records.Where(r => r.ValLoss is not null).ToArray();
        if (measured.Length == 0)
        {
            return text + ".";
        }

        var validation = Course(
            "validation loss", Wording.Number(measured[0].ValLoss), Wording.Number(measured[^1].ValLoss));
        return $"{text}; {validation}.";
    }

    private static string LearningRate(ImmutableArray<RunRecord> records) =>
        $"{Course("The learning rate", Wording.Number(records[0].Lr), Wording.Number(records[^1].Lr))}; "
        + $"its highest is {Wording.Number(records.Max(r => r.Lr))}.";

    private static string Course(string what, string first, string last) =>
        first == last ? $"{what} is {first}" : $"{what} goes from {first} to {last}";

    private static string Speed(ImmutableArray<RunRecord> records) => Throughput.Of(records) switch
    {
        { After: double after } speed =>
            $"Median {Wording.Whole(speed.Before)} images per second before the cut, {Wording.Whole(after)} after it; "
            + "other load on the machine affects both.",
        { } speed => $"Median {Wording.Whole(speed.Before)} images per second.",
        null => $"Median {Wording.Whole(records.Average(r => r.ImagesPerSecond))} images per second.",
    };

    private static void AddTable(HtmlBuilder html, ImmutableArray<RunRecord> records)
    {
        html.Add($"""
            <details id="epochs">
            <summary>All epochs as a table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="All epochs">
            <table class="dense">
            <caption class="visually-hidden">One row an epoch</caption>
            <thead><tr><th scope="col">Epoch</th><th scope="col" class="text">Phase</th><th scope="col">Train loss</th><th scope="col">Val loss</th><th scope="col">Train acc.</th><th scope="col">Val acc.</th><th scope="col">J</th><th scope="col">J<sub>avg</sub></th><th scope="col">λ</th><th scope="col">Learning rate</th><th scope="col">MACs</th><th scope="col">Time</th><th scope="col">Images/s</th></tr></thead>
            <tbody>

            """);
        foreach (var r in records)
        {
            html.Add($"""
                <tr><th scope="row">{r.Epoch}</th><td class="text">{Wording.Phase(r.Phase)}</td><td>{Loss(r.TrainLoss)}</td><td>{Loss(r.ValLoss)}</td><td>{Wording.Percent(r.TrainAccuracy)}</td><td>{Wording.Percent(r.ValAccuracy)}</td><td>{Similarity(r.J)}</td><td>{Similarity(r.JAvg)}</td><td>{Wording.Number(r.Lambda)}</td><td>{Wording.Number(r.Lr)}</td><td>{Wording.Count(r.Macs)}</td><td>{Wording.Duration(r.Seconds)}</td><td>{Wording.Whole(r.ImagesPerSecond)}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n</div>\n</details>\n");
    }

    private static string Loss(double? value) =>
        value is double v && double.IsFinite(v) ? Wording.Fixed(v, 4) : Wording.Nothing;

    private static string Similarity(double? value) => value is double v ? Wording.Fixed(v, 4) : Wording.Nothing;
}
