using System.Globalization;

namespace Ocs.RunLog;

/// <summary>What a task without accuracies is judged by, and its values over the run.</summary>
public sealed record HeadlineSummary
{
    /// <summary>The metric's name: mean-iou.</summary>
    public required string Name { get; init; }

    /// <summary>Whether more is better.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>Whether it lies between 0 and 1 and is shown as a percentage.</summary>
    public bool IsFraction { get; init; }

    /// <summary>Of the final network.</summary>
    public double? Value { get; init; }

    /// <summary>Of the whole network right before the cut.</summary>
    public double? BeforeCut { get; init; }

    /// <summary>Of the cut network, before it is repaired and trains on.</summary>
    public double? AfterCut { get; init; }

    /// <summary>Of the cut network after repair, before it trains on; null if nothing was repaired.</summary>
    public double? AfterRepair { get; init; }

    /// <summary>A value as text: 51.20 %, or four digits; nothing for none.</summary>
    public string Show(double? value) => Show(value, IsFraction);

    /// <summary>The same of a metric of which only this is known.</summary>
    internal static string Show(double? value, bool isFraction) => value is not { } number ? ""
        : isFraction ? string.Create(CultureInfo.InvariantCulture, $"{100 * number:0.00} %")
        : number.ToString("G4", CultureInfo.InvariantCulture);
}
