using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>Stability and learning over the epochs: a place for each chart, its sentence, and all numbers as a table.</summary>
internal static class CurvesSection
{
    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        if (run.Records.IsEmpty)
        {
            return;
        }

        var records = run.Records;
        if (records.Any(r => r.J is not null || r.JAvg is not null))
        {
            html.Add($"""
                <section id="stability">
                <h2>Stability of the sub-network</h2>
                <p class="lead">How much of the chosen sub-network stays the same from one epoch to a later one: J compares two epochs (1 = the same channels), J<sub>avg</sub> is its running mean. Sparsity learning starts at t<sub>sl</sub>; the network is cut at t*, when J<sub>avg</sub> has reached 1 but for a small rest, or when the options force it.</p>

                """);
            AddFigure(html, "stability-chart", "Stability and regularization strength", Stability(run), wide: true);
            html.Add($"</section>\n");
        }

        html.Add($"""
            <section id="learning">
            <h2>Learning</h2>
            <noscript><p class="notice">The curves need JavaScript; their numbers are in the table below.</p></noscript>
            <div class="figures">

            """);
        AddFigure(html, "accuracy-chart", "Accuracy", Accuracy(records));
        AddFigure(html, "loss-chart", "Loss", Losses(records));
        AddFigure(html, "lr-chart", "Learning rate", LearningRate(records));
        AddFigure(html, "speed-chart", "Training speed", Speed(records));
        html.Add($"</div>\n");
        AddTable(html, records);
        html.Add($"</section>\n");
    }

    private static void AddFigure(HtmlBuilder html, string id, string title, string sentence, bool wide = false) => html.Add($"""
        <figure class="{(wide ? "wide" : "half")}" id="{id}">
        <h3>{title} <span aria-hidden="true"></span></h3>
        <div class="legend" aria-hidden="true"></div>
        <div class="plot" role="img" aria-label="Chart: {title}. {sentence}"></div>
        <figcaption>{Symbols(sentence)}</figcaption>
        </figure>

        """);

    /// <summary>Sets the subscripts of J_avg and t_sl.</summary>
    private static Markup Symbols(string sentence) => new(new HtmlBuilder().Add($"{sentence}").ToString()
        .Replace("J_avg", "J<sub>avg</sub>", StringComparison.Ordinal)
        .Replace("t_sl", "t<sub>sl</sub>", StringComparison.Ordinal));

    private static string Stability(RunFolder run)
    {
        var averaged = run.Records.Where(r => r.JAvg is not null).ToArray();
        string text = averaged.Length == 0
            ? "J has no running mean yet."
            : averaged.Length == 1
            ? $"J_avg is {Wording.Fixed(averaged[0].JAvg!.Value, 3)} at epoch {averaged[0].Epoch}."
            : $"J_avg goes from {Wording.Fixed(averaged[0].JAvg!.Value, 3)} at epoch {averaged[0].Epoch} "
                + $"to {Wording.Fixed(averaged[^1].JAvg!.Value, 3)} at epoch {averaged[^1].Epoch}.";
        if (run.Summary?.SlStartEpoch is int start)
        {
            text += $" Sparsity learning starts at epoch {start} (t_sl).";
        }

        if (run.Summary?.CutEpoch is int cut)
        {
            text += run.Summary.StableEpoch is int stable
                ? $" The sub-network is stable at epoch {stable} (t*), and the network is cut."
                : $" The cut at epoch {cut} was forced by the options: the sub-network had not become stable.";
        }

        double strongest = run.Records.Select(r => r.Lambda ?? 0).Max();
        return strongest > 0 ? $"{text} The regularization strength λ reaches {Wording.Number(strongest)}." : text;
    }

    private static string Accuracy(ImmutableArray<RunRecord> records)
    {
        var measured = records.Where(r => r.ValAccuracy is not null).ToArray();
        if (measured.Length == 0)
        {
            return "No validation accuracy was measured.";
        }

        var best = measured.MaxBy(r => r.ValAccuracy)!;
        return Course("Validation accuracy", Wording.Percent(measured[0].ValAccuracy, 1), Wording.Percent(measured[^1].ValAccuracy, 1))
            + $"; its best is {Wording.Percent(best.ValAccuracy, 1)} at epoch {best.Epoch}.";
    }

    private static string Losses(ImmutableArray<RunRecord> records)
    {
        string text = Course("Training loss", Wording.Number(records[0].TrainLoss), Wording.Number(records[^1].TrainLoss));
        var measured = records.Where(r => r.ValLoss is not null).ToArray();
        return measured.Length == 0
            ? text + "."
            : $"{text}; {Course("validation loss", Wording.Number(measured[0].ValLoss), Wording.Number(measured[^1].ValLoss))}.";
    }

    private static string LearningRate(ImmutableArray<RunRecord> records) =>
        $"{Course("The learning rate", Wording.Number(records[0].Lr), Wording.Number(records[^1].Lr))}; "
        + $"its highest is {Wording.Number(records.Max(r => r.Lr))}.";

    private static string Course(string what, string first, string last) =>
        first == last ? $"{what} is {first}" : $"{what} goes from {first} to {last}";

    private static string Speed(ImmutableArray<RunRecord> records) => Throughput.Of(records) switch
    {
        { After: double after } speed =>
            $"Median {Wording.Whole(speed.Before)} images per second before the cut, {Wording.Whole(after)} after it.",
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

    private static string Loss(double? value) => value is double v && double.IsFinite(v) ? Wording.Fixed(v, 4) : Wording.Nothing;

    private static string Similarity(double? value) => value is double v ? Wording.Fixed(v, 4) : Wording.Nothing;
}
