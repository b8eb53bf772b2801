using System.Globalization;

namespace Ocs.Tasks;

/// <summary>A metric.</summary>
/// <param name="Name">Its name, in lower case: accuracy, r2.</param>
/// <param name="HigherIsBetter">Whether more is better.</param>
/// <param name="IsFraction">Whether it lies between 0 and 1 and is shown as a percentage.</param>
public sealed record Metric(string Name, bool HigherIsBetter = true, bool IsFraction = false)
{
    /// <summary>Whether a value is better than another; any value is better than none.</summary>
    public bool IsBetter(double value, double? other) =>
        other is not { } old || (HigherIsBetter ? value > old : value < old);

    /// <summary>A value as text: 91.20 %, or four digits.</summary>
    public string Show(double value) => value.ToString(IsFraction ? "P2" : "G4", CultureInfo.InvariantCulture);
}

/// <summary>A measured value.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Value">The value.</param>
public sealed record MetricValue(string Name, double Value);
