using System.Collections.Immutable;
using System.Globalization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>A detector's precision-recall curves, and the average precision of each class.</summary>
internal static class PrecisionSection
{
    // The number of line colours on the page.
    private const int MostLines = 6;

    private const int Left = 44;
    private const int Top = 10;
    private const int Width = 560;
    private const int Height = 300;
    private const int Bottom = 40;
    private const int Right = 28;
    private const int Marks = 4;

    public static void AddTo(HtmlBuilder html, RunFolder run)
    {
        ClassPrecision[] classes = run.Samples is { Precision.IsDefaultOrEmpty: false } samples
            ? [.. samples.Precision.Where(each => !each.Values.IsDefaultOrEmpty)]
            : [];
        if (classes.Length == 0)
        {
            return;
        }

        var measured = classes.Where(each => each.AveragePrecision is not null).ToList();
        var mean = measured.Count == 0 ? null : measured.Average(each => each.AveragePrecision);
        html.Add($"""
            <section id="precision">
            <h2>Precision and recall</h2>
            <p class="lead">Boxes that overlap an object of their class by half or more (IoU) are right. The mean of the areas is {Wording.Percent(mean, 1)}.</p>

            """);
        AddPlot(html, measured);
        AddTable(html, classes);
        html.Add($"</section>\n");
    }

    private static void AddPlot(HtmlBuilder html, List<ClassPrecision> classes)
    {
        if (classes.Count == 0)
        {
            return;
        }

        (string Name, ImmutableArray<double> Values)[] lines = classes.Count <= MostLines
            ? [.. classes.Select(each => (each.Name, each.Values))]
            : [("mean of the classes", Mean(classes))];
        html.Add($"""
            <figure class="wide">
            <div class="legend">
            """);
        for (var i = 0; i < lines.Length; i++)
        {
            html.Add($"""
                <span class="item"><i class="swatch line-{i + 1}"></i>{lines[i].Name}</span>
                """);
        }

        html.Add($"""
            </div>
            <svg viewBox="0 0 {Left + Width + Right} {Top + Height + Bottom}" class="precision" role="img" aria-label="Precision over recall, a line for each class.">

            """);
        for (var mark = 0; mark <= Marks; mark++)
        {
            var share = (double)mark / Marks;
            html.Add($"""
                <line class="grid" x1="{Left}" x2="{Left + Width}" y1="{Y(share)}" y2="{Y(share)}"/>
                <text x="{Left - 8}" y="{Y(share)}" dy="0.35em" text-anchor="end">{Wording.Percent(share, 0)}</text>
                <text x="{X(share)}" y="{Top + Height + 18}" text-anchor="middle">{Wording.Percent(share, 0)}</text>

                """);
        }

        html.Add($"""
            <text x="{Left + (Width / 2)}" y="{Top + Height + 36}" text-anchor="middle">recall</text>

            """);
        for (var i = 0; i < lines.Length; i++)
        {
            var values = lines[i].Values;
            var points = string.Join(' ', values.Select((value, at) =>
                $"{X((double)at / Math.Max(values.Length - 1, 1))},{Y(value)}"));
            html.Add($"<polyline class=\"line-{i + 1}\" points=\"{points}\"/>\n");
        }

        html.Add($"""
            </svg>
            <figcaption>Precision over recall: the share of the boxes that are right, over the share of the objects that are found, as the least score falls.</figcaption>
            </figure>

            """);
    }

    private static void AddTable(HtmlBuilder html, ClassPrecision[] classes)
    {
        html.Add($"""
            <div class="scroll" tabindex="0" role="region" aria-label="Average precision">
            <table class="dense">
            <caption class="visually-hidden">One row a class</caption>
            <thead><tr><th scope="col" class="text">Class</th><th scope="col">Objects</th><th scope="col">Average precision</th></tr></thead>
            <tbody>

            """);
        foreach (var each in classes)
        {
            html.Add($"""
                <tr><th scope="row" class="text">{each.Name}</th><td>{each.Objects}</td><td>{Wording.Percent(each.AveragePrecision, 1)}</td></tr>

                """);
        }

        html.Add($"</tbody>\n</table>\n</div>\n");
    }

    private static ImmutableArray<double> Mean(List<ClassPrecision> classes)
    {
        var length = classes.Min(each => each.Values.Length);
        return [.. Enumerable.Range(0, length).Select(i => classes.Average(each => each.Values[i]))];
    }

    private static string X(double share) => Number(Left + (share * Width));

    private static string Y(double share) => Number(Top + ((1 - Math.Clamp(share, 0, 1)) * Height));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
