using System.Globalization;

namespace Ocs.RunLog;

/// <summary>The headline metric of a task without accuracies, and its values over the run.</summary>
public sealed record HeadlineSummary
{
    /// <summary>The metric's name: mean-iou.</summary>
    public required string Name { get; init; }

    /// <summary>Whether a higher value is better.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>Whether it is between 0 and 1, and shown as a percentage.</summary>
    public bool IsFraction { get; init; }

    /// <summary>The value of the final network.</summary>
    public double? Value { get; init; }

    /// <summary>The value of the whole network right before the cut.</summary>
    public double? BeforeCut { get; init; }

    /// <summary>The value of the cut network, before repair and further training.</summary>
    public double? AfterCut { get; init; }

    /// <summary>The value of the cut network after repair, before further training; null without repair.</summary>
    public double? AfterRepair { get; init; }

    /// <summary>Formats a value: 51.20 %, or four digits; empty for null.</summary>
    public string Show(double? value) => Show(value, IsFraction);

    /// <summary>Formats a value of a metric.</summary>
    internal static string Show(double? value, bool isFraction) => value is not { } number ? ""
        : isFraction ? string.Create(CultureInfo.InvariantCulture, $"{100 * number:0.00} %")
        : number.ToString("G4", CultureInfo.InvariantCulture);
}
