using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Ocs.RunLog;

/// <summary>
/// The results of several budgets of one run: <c>budgets.json</c>. Targets are fractions, 0 to 1; costs are those of
/// one sample.
/// </summary>
public sealed record BudgetCurve
{
    /// <summary>The file's name, in the folder that contains those of the runs.</summary>
    public const string FileName = "budgets.json";

    // Half of a sample among a million: fractions of samples are not exact in binary.
    private const double Rounding = 5e-7;

    /// <summary>The network's name or file.</summary>
    public required string Model { get; init; }

    /// <summary>The data set's name.</summary>
    public string? Data { get; init; }

    /// <summary>Multiply-accumulates of the whole network.</summary>
    public required long Macs { get; init; }

    /// <summary>Parameters of the whole network.</summary>
    public required long Parameters { get; init; }

    /// <summary>The metric: accuracy, or the headline metric of the task.</summary>
    public string Metric { get; init; } = "accuracy";

    /// <summary>Whether a higher value is better.</summary>
    public bool HigherIsBetter { get; init; } = true;

    /// <summary>Whether it is between 0 and 1, and shown as a percentage.</summary>
    public bool IsFraction { get; init; } = true;

    /// <summary>The reference value; null if it was not measured.</summary>
    public double? Reference { get; init; }

    /// <summary>Whether the reference is the unpruned twin; otherwise it is the smallest target.</summary>
    public bool ReferenceIsTwin { get; init; }

    /// <summary>
    /// How much worse than the reference a value may be: a difference for fractions, else a share of the reference.
    /// </summary>
    public double AllowedLoss { get; init; }

    /// <summary>The budgets, the smallest first.</summary>
    public ImmutableArray<BudgetPoint> Points { get; init; } = [];

    /// <summary>The largest target with a usable network within the allowed loss; null if there is none.</summary>
    public double? Chosen { get; init; }

    /// <summary>Wall-clock time of all runs; shared epochs count once.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>The command that made the runs.</summary>
    public string? Command { get; init; }

    /// <summary>Combines complete runs.</summary>
    internal static BudgetCurve Of(
        ImmutableArray<(double Target, string Folder, RunSummary Summary)> runs, RunSummary? twin, double allowedLoss)
    {
        var first = runs[0].Summary;
        var ofTwin = twin?.Headline?.Value ?? twin?.ValAccuracy;
        ImmutableArray<BudgetPoint> points =
            [.. runs.Select(run => BudgetPoint.Of(run.Target, run.Folder, run.Summary))];
        var curve = new BudgetCurve
        {
            Model = first.Model,
            Data = first.Data,
            Macs = first.MacsBefore,
            Parameters = first.ParametersBefore,
            Metric = first.Headline?.Name ?? "accuracy",
            HigherIsBetter = first.Headline?.HigherIsBetter ?? true,
            IsFraction = first.Headline?.IsFraction ?? true,
            Reference = ofTwin ?? points[0].Value,
            ReferenceIsTwin = ofTwin is not null,
            AllowedLoss = allowedLoss,
            Points = points,
            TotalSeconds = points.Sum(point => point.TotalSeconds - point.SharedSeconds),
            Command = first.Command,
        };
        return curve with
        {
            Chosen = points.Where(point => point.Problem is null && curve.Allows(point.Value))
                .Max(point => (double?)point.Target),
        };
    }

    /// <summary>The worst allowed value; null without a reference.</summary>
    [JsonIgnore]
    public double? Worst
    {
        get
        {
            var loss = IsFraction ? AllowedLoss : AllowedLoss * Math.Abs(Reference ?? 0);
            return HigherIsBetter ? Reference - loss : Reference + loss;
        }
    }

    /// <summary>Formats a value.</summary>
    public string Show(double? value) => HeadlineSummary.Show(value, IsFraction);

    private bool Allows(double? value) =>
        HigherIsBetter ? value >= Worst - Rounding : value <= Worst + Rounding;

    /// <summary>Writes or replaces the file.</summary>
    internal void Write(string folder) =>
        RunLogWriter.WriteJson(Path.Combine(folder, FileName), this, RunLogJson.Indented.BudgetCurve);
}
