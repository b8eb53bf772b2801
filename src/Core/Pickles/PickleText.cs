using System.Globalization;
using System.Text;

namespace Ocs.Core.Pickles;

/// <summary>Text in pickles, and text of pickles in messages.</summary>
internal static class PickleText
{
    private const int LongestShown = 80;

    /// <summary>Text of a file as a message can show it: short, on one line.</summary>
    public static string Show(string text)
    {
        var shown = text.Length <= LongestShown ? text : $"{text[..LongestShown]}...";
        return string.Concat(shown.Select(character => char.IsControl(character) ? '?' : character));
    }

    /// <summary>A value as text, in Latin-1 where it is bytes; null if it is neither.</summary>
    public static string? Of(object? value) => value switch
    {
        string text => text,
        ReadOnlyMemory<byte> bytes => Encoding.Latin1.GetString(bytes.Span),
        _ => null,
    };

    /// <summary>The text of a quoted Python string of protocol 0: 'it\'s'.</summary>
    public static string Unquote(string line) =>
        line.Length >= 2 && line[0] is '\'' or '"' && line[^1] == line[0]
            ? Unescape(line[1..^1])
            : throw new InvalidDataException("a text in it lacks its quotes");

    /// <summary>Resolves Python's escapes; an escape that is not known stays as it is.</summary>
    public static string Unescape(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            var digits = text[index] == '\\' && index + 1 < text.Length ? DigitsOf(text[index + 1]) : -1;
            if (digits < 0)
            {
                result.Append(text[index]);
            }
            else if (digits == 0)
            {
                result.Append(Simple(text[++index]));
            }
            else
            {
                result.Append(Code(text, index + 2, digits));
                index += 1 + digits;
            }
        }

        return result.ToString();
    }

    private static int DigitsOf(char letter) => letter switch
    {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '\\' or '\'' or '"' or 'n' or 'r' or 't' => 0,
        _ => -1,
    };

    private static char Simple(char letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => letter,
    };

    private static string Code(string text, int start, int digits) =>
        start + digits <= text.Length
        && uint.TryParse(
            text.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
        && Rune.IsValid(code)
            ? new Rune(code).ToString()
            : throw new InvalidDataException("a text in it has an escape that is no character");
}
