using System.Globalization;
using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>Formats numbers for readers: three or four digits, a unit, a visible sign.</summary>
internal static class Wording
{
    /// <summary>The text of a missing value.</summary>
    public const string Nothing = "–";

    private const char Space = '\u00a0';

    /// <summary>0.9123 as "91.23 %".</summary>
    public static string Percent(double? fraction, int digits = 2) =>
        fraction is double f && double.IsFinite(f) ? $"{Fixed(f * 100, digits)}{Space}%" : Nothing;

    /// <summary>A difference of two fractions, in percentage points.</summary>
    public static string Points(double difference, int digits = 2) =>
        $"{Signed(difference * 100, digits)}{Space}points";

    /// <summary>The relative change between two amounts, in per cent of the first.</summary>
    public static string Change(double before, double after) =>
        before > 0 && double.IsFinite(after) ? $"{Signed((after / before - 1) * 100, 1)}{Space}%" : Nothing;

    /// <summary>40813184 as "40.81 M".</summary>
    public static string Count(long count) => Math.Abs(count) switch
    {
        >= 1_000_000_000 => $"{Fixed(count / 1e9, 2)}{Space}G",
        >= 1_000_000 => $"{Fixed(count / 1e6, 2)}{Space}M",
        >= 10_000 => $"{Fixed(count / 1e3, 1)}{Space}k",
        _ => Whole(count),
    };

    /// <summary>10000 as "10,000".</summary>
    public static string Whole(double count) =>
        double.IsFinite(count) ? count.ToString("#,0", CultureInfo.InvariantCulture) : Nothing;

    public static string Duration(double seconds) => seconds switch
    {
        _ when !double.IsFinite(seconds) => Nothing,
        < 9.95 => $"{Fixed(seconds, 1)}{Space}s",
        < 59.5 => $"{Fixed(seconds, 0)}{Space}s",
        < 3570 => $"{(int)Math.Round(seconds) / 60}{Space}min{Space}{(int)Math.Round(seconds) % 60:00}{Space}s",
        _ => $"{(int)Math.Round(seconds / 60) / 60}{Space}h{Space}{(int)Math.Round(seconds / 60) % 60:00}{Space}min",
    };

    /// <summary>0.00412 as "4.12 ms".</summary>
    public static string Milliseconds(double seconds) =>
        double.IsFinite(seconds) ? $"{Fixed(seconds * 1000, seconds < 0.1 ? 2 : 0)}{Space}ms" : Nothing;

    /// <summary>Metrics by name: mae 0.422, r2 0.838.</summary>
    public static string Metrics(IReadOnlyDictionary<string, double> metrics) =>
        string.Join(", ", metrics.Select(metric => $"{metric.Key} {Number(metric.Value)}"));

    /// <summary>Three significant digits, or scientific notation for small numbers.</summary>
    public static string Number(double? value) => value switch
    {
        null => Nothing,
        double v when !double.IsFinite(v) => Nothing,
        0 => "0",
        double v when Math.Abs(v) is < 0.0001 or >= 1e6 => Scientific(v),
        double v when Math.Abs(v) >= 999.5 => Whole(v),
        double v => v.ToString("G3", CultureInfo.InvariantCulture),
    };

    /// <summary>"1 group", "2 groups".</summary>
    public static string Plural(long count, string noun) => $"{Whole(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Phase(RunPhase phase) => phase switch
    {
        RunPhase.Train => "training",
        RunPhase.Sparsity => "sparsity learning",
        _ => "final training",
    };

    public static string Fixed(double value, int digits) =>
        value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static string Signed(double value, int digits)
    {
        var text = Fixed(Math.Abs(value), digits);
        var zero = text.All(c => c is '0' or '.');
        return zero ? "±" + text : (value < 0 ? "−" : "+") + text;
    }

    private static string Scientific(double value)
    {
        var parts = value.ToString("0.##e0", CultureInfo.InvariantCulture).Split('e');
        var power = string.Concat(parts[1].Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        return parts[0] == "1" ? "10" + power : $"{parts[0].Replace('-', '−')}·10{power}";
    }
}
