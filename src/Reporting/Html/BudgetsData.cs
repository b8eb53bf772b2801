using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>What the script of a page of several budgets reads.</summary>
/// <param name="Points">The budgets, the smallest first.</param>
/// <param name="Whole">The whole network; its value is the unpruned twin's, null without one.</param>
/// <param name="Level">The worst value that is allowed; null if there is no reference.</param>
/// <param name="Chosen">The target that is chosen.</param>
/// <param name="Metric">What the values are.</param>
/// <param name="IsFraction">Whether they are shown as percentages.</param>
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

    /// <summary>A target as people write it: 30 %, 62.5 %.</summary>
    public static string LabelOf(double target) =>
        $"{(target * 100).ToString("0.###", CultureInfo.InvariantCulture)}\u00a0%";

    /// <summary>JSON that can stand inside a script element.</summary>
    public Markup ToIsland() => new(JsonSerializer.Serialize(this, PageJson.Default.BudgetsData));
}

/// <summary>A network on the curve.</summary>
internal sealed record PointData(string Label, double Target, double? Value, long Macs, long Parameters);
