using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>
/// What several budgets of one run gave: <c>budgets.json</c>. Accuracies and targets are fractions, 0 to 1; costs are
/// those of one sample.
/// </summary>
public sealed record BudgetCurve
{
    /// <summary>The file's name, in the folder that holds those of the runs.</summary>
    public const string FileName = "budgets.json";

    // Half of a sample among a million: fractions of samples are not exact in binary.
    private const double Rounding = 5e-7;

    /// <summary>The network's name, or the file that it came from.</summary>
    public required string Model { get; init; }

    /// <summary>The data set's name.</summary>
    public string? Data { get; init; }

    /// <summary>Multiply-accumulates of the whole network.</summary>
    public required long Macs { get; init; }

    /// <summary>Parameters of the whole network.</summary>
    public required long Parameters { get; init; }

    /// <summary>What an accuracy is compared with; null where the task has none.</summary>
    public double? ReferenceAccuracy { get; init; }

    /// <summary>Whether that is the unpruned twin's; else it is the smallest budget's.</summary>
    public bool ReferenceIsTwin { get; init; }

    /// <summary>How much lower than the reference's an accuracy may be.</summary>
    public double AllowedLoss { get; init; }

    /// <summary>The budgets, the smallest first.</summary>
    public ImmutableArray<BudgetPoint> Points { get; init; } = [];

    /// <summary>
    /// The largest target whose network is fit for use and within the allowed loss; null where there is none.
    /// </summary>
    public double? Chosen { get; init; }

    /// <summary>Wall-clock time of all runs; what they share counts once.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>The command that made the runs.</summary>
    public string? Command { get; init; }

    /// <summary>Puts runs together that were trained to their end.</summary>
    internal static BudgetCurve Of(
        ImmutableArray<(double Target, string Folder, RunSummary Summary)> runs, RunSummary? twin, double allowedLoss)
    {
        var first = runs[0].Summary;
        var reference = twin?.ValAccuracy ?? first.ValAccuracy;
        ImmutableArray<BudgetPoint> points =
            [.. runs.Select(run => BudgetPoint.Of(run.Target, run.Folder, run.Summary))];
        return new()
        {
            Model = first.Model,
            Data = first.Data,
            Macs = first.MacsBefore,
            Parameters = first.ParametersBefore,
            ReferenceAccuracy = reference,
            ReferenceIsTwin = twin?.ValAccuracy is not null,
            AllowedLoss = allowedLoss,
            Points = points,
            Chosen = points
                .Where(point => point.Problem is null && point.ValAccuracy >= reference - allowedLoss - Rounding)
                .Max(point => (double?)point.Target),
            TotalSeconds = points.Sum(point => point.TotalSeconds - point.SharedSeconds),
            Command = first.Command,
        };
    }

    /// <summary>Writes or replaces the file.</summary>
    internal void Write(string folder) =>
        RunLogWriter.WriteJson(Path.Combine(folder, FileName), this, RunLogJson.Indented.BudgetCurve);
}
