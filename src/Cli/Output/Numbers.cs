using System.Globalization;

namespace Ocs.Cli.Output;

/// <summary>Formats numbers for people.</summary>
internal static class Numbers
{
    /// <summary>1,234,567.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1 thread, 2 threads.</summary>
    public static string Of(long count, string noun) => $"{Whole(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>41.0 M, or - for unknown numbers.</summary>
    public static string Short(long? number) => number is { } value ? Short(value) : "-";

    /// <summary>41.0 M.</summary>
    public static string Short(long value) => value switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.00} G"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.00} M"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.0} k"),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A fraction as 87.84 %.</summary>
    public static string Percent(double? fraction) =>
        fraction is { } value && double.IsFinite(value)
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.00} %")
            : "-";

    /// <summary>A duration as 1 h 02 min, 3 min 05 s or 4.2 s.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        >= 3600 => string.Create(
            CultureInfo.InvariantCulture, $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60):00} min"),
        >= 60 => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)} min {(int)(seconds % 60):00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
    };

    /// <summary>A loss as 1.2345; a diverged one as 6.07e+18.</summary>
    public static string Loss(double value) =>
        value.ToString(
            Math.Abs(value) < 1e5 || !double.IsFinite(value) ? "0.0000" : "0.00e+0", CultureInfo.InvariantCulture);

    /// <summary>16x32x32.</summary>
    public static string Shape(IEnumerable<long> sizes) => string.Join('x', sizes);
}
