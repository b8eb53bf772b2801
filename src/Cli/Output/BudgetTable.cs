using System.Globalization;
using Ocs.Reporting.Html;
using Ocs.RunLog;

namespace Ocs.Cli.Output;

/// <summary>The results of several budgets of one run, one row per budget.</summary>
internal static class BudgetTable
{
    public static void Write(BudgetCurve curve, string folder, CommandConsole console)
    {
        var table = new Table();
        table.AddColumn("target");
        foreach (var header in new[] { curve.Metric, "MACs", "removed", "parameters", "cut at", "time" })
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        foreach (var point in curve.Points)
        {
            table.AddRow(
                point.Folder + (point.Target == curve.Chosen ? " *" : ""),
                curve.Show(point.Value),
                Numbers.Short(point.Macs),
                Numbers.Percent(1 - (double)point.Macs / Math.Max(1, curve.Macs)),
                Numbers.Short(point.Parameters),
                point.CutEpoch?.ToString(CultureInfo.InvariantCulture) ?? "-",
                Numbers.Duration(point.TotalSeconds - point.SharedSeconds));
        }

        console.Write(table);
        foreach (var point in curve.Points.Where(point => point.Problem is not null))
        {
            console.Error.WriteLine($"{Path.Combine(folder, point.Folder)}: {point.Problem}");
        }

        console.WriteLine(SentenceOf(curve));
        console.WriteLine($"{Path.Combine(folder, HtmlReport.FileName)} shows the curve.");
    }

    private static string SentenceOf(BudgetCurve curve)
    {
        if (curve.Reference is null)
        {
            return $"The runs have no {curve.Metric}, so no budget is chosen.";
        }

        var loss = string.Create(
            CultureInfo.InvariantCulture, $"{100 * curve.AllowedLoss:0.##} {(curve.IsFraction ? "points" : "%")}");
        var range = $"within {loss} of {curve.Show(curve.Reference)} of "
            + (curve.ReferenceIsTwin ? "the unpruned twin" : "the smallest target");
        return curve.Chosen is { } chosen
            ? string.Create(CultureInfo.InvariantCulture, $"* {chosen} is the largest target {range}.")
            : $"No target is {range}.";
    }
}
