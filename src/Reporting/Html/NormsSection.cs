using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The norms of kept and pruned channels over the epochs (Fig. 5).</summary>
internal static class NormsSection
{
    private static readonly Markup Slider = new("""
        <p class="slider" hidden><label for="norms-epoch">Epoch</label><input type="range" id="norms-epoch" min="0" max="0" step="1" value="0"><output for="norms-epoch"></output></p>

        """);

    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        var spreads = NormSpread.Of(run.Records);
        if (spreads.IsEmpty)
        {
            return;
        }

        html.Add($"""
            <section id="norms">
            <h2>Norms of kept and pruned channels</h2>
            <p class="lead">The norm of a channel is its saliency by the run’s criterion, over all the layers that share it, as the epoch began. Sparsity learning drives the channels that would be pruned towards zero, so that cutting them changes little.</p>

            """);
        new Figure("norms-chart", "Norms over the epochs", Course(spreads)) { IsWide = true }.AddTo(html);
        var histogram = new Figure("norms-histogram", "Distribution in one epoch", Distribution(spreads[^1]));
        (histogram with { IsWide = true, Controls = Slider }).AddTo(html);
        AddTable(html, spreads);
        html.Add($"</section>\n");
    }

    private static string Course(ImmutableArray<NormSpread> spreads)
    {
        var (first, last) = (spreads[0], spreads[^1]);
        return $"From epoch {first.Epoch} to {last.Epoch}: {Median("kept", first.Kept, last.Kept)}; "
            + $"{Median("pruned", first.Pruned, last.Pruned)}. The shaded bands hold 80{'\u00a0'}% of the channels; "
            + "the scale is logarithmic.";
    }

    private static string Median(string which, NormRange? first, NormRange? last)
    {
        if (first is null || last is null)
        {
            return $"not every epoch has channels that would be {which}";
        }

        var (before, after) = (Wording.Number(first.Middle), Wording.Number(last.Middle));
        return $"the median norm of the channels that would be {which} "
            + (before == after ? $"stays at {after}" : $"goes from {before} to {after}");
    }

    private static string Distribution(NormSpread spread) =>
        $"At epoch {spread.Epoch}, {Part("would be pruned", spread.Pruned)}, {Part("would be kept", spread.Kept)}.";

    private static string Part(string fate, NormRange? range) => range is null
        ? $"no channel {fate}"
        : $"{Wording.Plural(range.Channels, "channel")} {fate} (median {Wording.Number(range.Middle)})";

    private static void AddTable(HtmlBuilder html, ImmutableArray<NormSpread> spreads)
    {
        html.Add($"""
            <details id="norms-table">
            <summary>All norms as a table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Norms of each epoch">
            <table class="dense">
            <caption class="visually-hidden">Channels and their norms, one row an epoch</caption>
            <thead><tr><th scope="col">Epoch</th><th scope="col">Pruned</th><th scope="col">10&#160;% below</th><th scope="col">Median</th><th scope="col">90&#160;% below</th><th scope="col">Kept</th><th scope="col">10&#160;% below</th><th scope="col">Median</th><th scope="col">90&#160;% below</th></tr></thead>
            <tbody>

            """);
        foreach (var (epoch, kept, pruned) in spreads)
        {
            html.Add($"""<tr><th scope="row">{epoch}</th>{Cells(pruned)}{Cells(kept)}</tr>{"\n"}""");
        }

        html.Add($"</tbody>\n</table>\n</div>\n</details>\n");
    }

    private static Markup Cells(NormRange? range) => new HtmlBuilder()
        .Add($"<td>{Wording.Whole(range?.Channels ?? 0)}</td><td>{Wording.Number(range?.Low)}</td>")
        .Add($"<td>{Wording.Number(range?.Middle)}</td><td>{Wording.Number(range?.High)}</td>")
        .ToMarkup();
}
