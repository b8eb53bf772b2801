using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The data for the script of a page of several budgets.</summary>
/// <param name="Points">The budgets, the smallest first.</param>
/// <param name="Whole">The whole network; its value is that of the unpruned twin, null without one.</param>
/// <param name="Level">The worst allowed value; null without a reference.</param>
/// <param name="Chosen">The chosen target.</param>
/// <param name="Metric">The name of the metric.</param>
/// <param name="IsFraction">Whether values are shown as percentages.</param>
internal sealed record BudgetsData(
    ImmutableArray<PointData> Points, PointData Whole, double? Level, double? Chosen, string Metric, bool IsFraction)
{
    public static BudgetsData Of(BudgetCurve curve) => new(
        [
            .. curve.Points.Select(point => new PointData(
                LabelOf(point.Target), point.Target, point.Value, point.Macs, point.Parameters)),
        ],
        new(
            "unpruned", 0, curve.ReferenceIsTwin ? curve.Reference : null, curve.Macs, curve.Parameters),
        curve.Worst,
        curve.Chosen,
        curve.Metric,
        curve.IsFraction);

    /// <summary>Formats a target: 30 %, 62.5 %.</summary>
    public static string LabelOf(double target) =>
        $"{(target * 100).ToString("0.###", CultureInfo.InvariantCulture)}\u00a0%";

    /// <summary>JSON that is safe inside a script element.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, PageJson.Default.BudgetsData));
}

/// <summary>A network on the curve.</summary>
internal sealed record PointData(string Label, double Target, double? Value, long Macs, long Parameters);
