using System.Globalization;
using System.Numerics;

namespace Ocs.Core.Pickles;

/// <summary>
/// Numbers of pickles: whole ones are a <see cref="long"/> where they fit, otherwise a <see cref="BigInteger"/>.
/// </summary>
internal static class PickleNumber
{
    /// <summary>Bytes or digits.</summary>
    public const int Longest = 1024;

    /// <summary>A line of operation I, which also spells truth values.</summary>
    public static object Integer(string line) => line switch
    {
        "00" => false,
        "01" => true,
        _ => Whole(line),
    };

    /// <summary>A whole number in decimal digits.</summary>
    public static object Whole(string digits) =>
        digits.Length <= Longest
        && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Narrowed(value)
            : throw new InvalidDataException("a number in it is none");

    /// <summary>A whole number in two's complement, the lowest byte first.</summary>
    public static object Whole(ReadOnlySpan<byte> bytes) => Narrowed(new BigInteger(bytes));

    public static double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidDataException("a number in it is none");

    /// <summary>The number under which a value is stored, in decimal digits.</summary>
    public static long Index(string line) => Whole(line) is long index
        ? index
        : throw new InvalidDataException("it stores a value under a number that is too long");

    private static object Narrowed(BigInteger value)
    {
        if (value < long.MinValue || value > long.MaxValue)
        {
            return value;
        }

        return long.CreateChecked(value);
    }
}
