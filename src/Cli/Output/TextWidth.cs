using System.Text;
using Wcwidth;

namespace Ocs.Cli.Output;

/// <summary>The width of text on a screen, where some characters take two columns and some none.</summary>
internal static class TextWidth
{
    /// <summary>The columns of a clean text.</summary>
    public static int Of(string text)
    {
        var width = 0;
        foreach (var letter in text.EnumerateRunes())
        {
            width += Of(letter);
        }

        return width;
    }

    /// <summary>Truncates a clean text to fit.</summary>
    public static string Cut(string text, int columns)
    {
        var (width, length) = (0, 0);
        foreach (var letter in text.EnumerateRunes())
        {
            width += Of(letter);
            if (width > columns)
            {
                return text[..length];
            }

            length += letter.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>Pads a text with spaces.</summary>
    public static string Pad(string text, int columns, bool isRight) =>
        new string(' ', Math.Max(0, columns - Of(text))) is var blanks && isRight ? blanks + text : text + blanks;

    /// <summary>Joins as many of the first fields as fit in a line.</summary>
    public static string Fit(IEnumerable<string?> fields, int columns)
    {
        var line = new StringBuilder();
        foreach (var field in fields.OfType<string>())
        {
            var next = line.Length == 0 ? field : $"  {field}";
            if (line.Length > 0 && Of(line.ToString()) + Of(next) > columns)
            {
                break;
            }

            line.Append(next);
        }

        return Cut(line.ToString(), columns);
    }

    /// <summary>
    /// Wraps a text between words; lines after the first are indented. A word that is too long stays whole.
    /// </summary>
    public static IEnumerable<string> Wrap(string text, int columns, int indent)
    {
        var line = "";
        var isEmpty = true;
        foreach (var word in Of(text) <= columns ? [text] : Words(text))
        {
            if (!isEmpty && Of(line) + 1 + Of(word) > columns)
            {
                yield return line.TrimEnd();
                (line, isEmpty) = (new(' ', indent), true);
            }

            line = isEmpty ? line + word : $"{line} {word}";
            isEmpty = false;
        }

        yield return line.TrimEnd();
    }

    // A percent sign stays with its number.
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        foreach (var word in text.Split(' '))
        {
            if (words.Count > 0 && word.StartsWith('%'))
            {
                words[^1] += $" {word}";
            }
            else
            {
                words.Add(word);
            }
        }

        return words;
    }

    private static int Of(Rune letter) => Math.Max(0, UnicodeCalculator.GetWidth(letter));
}
