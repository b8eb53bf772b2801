using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ocs.Cli.Output;

/// <summary>
/// Escapes characters that control a terminal: control characters, and those that change the direction of text. They
/// become \u001b and so on, as in JSON.
/// </summary>
internal static class CleanText
{
    private const string Turning =
        "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff";
    private static readonly string Controls =
        string.Concat(Enumerable.Range(0, 0xa0).Select(code => (char)code).Where(char.IsControl)) + Turning;

    private static readonly SearchValues<char> Unwanted = SearchValues.Create(
        Controls.Replace("\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal));
    private static readonly SearchValues<char> UnwantedInLines = SearchValues.Create(Controls);

    /// <summary>A text of several lines: keeps line breaks and tabs.</summary>
    public static string Of(string text) => Escape(text, Unwanted);

    /// <summary>A text of one line: escapes line breaks too.</summary>
    public static string Line(string text) => Escape(text, UnwantedInLines);

    private static string Escape(string text, SearchValues<char> unwanted)
    {
        if (text.AsSpan().IndexOfAny(unwanted) < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            _ = unwanted.Contains(letter)
                ? clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}")
                : clean.Append(letter);
        }

        return clean.ToString();
    }
}
