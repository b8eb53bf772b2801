using System.Text;
using System.Text.RegularExpressions;

namespace Ocs.Testing;

/// <summary>Damage at random to what a file holds.</summary>
public static partial class Damage
{
    // In place of a number, so that what follows the reading of words is tried, too.
    private static readonly string[] Numbers =
        [
            "-1", "0", "1", "2", "7", "0.5", "-0.5", "1e-300", "1e300", "1000", "65536", "2147483647", "-2147483648",
            "4294967296", "9223372036854775807",
        ];

    private static readonly string[] JsonWords =
    [
        "null", "true", "{}", "[]", "\"\"", "\"\\u0000\"", "\"../../x\"", "-1", "0", "7", "1e400", "0.5", "2147483648",
        "9223372036854775807", "-9223372036854775808", "18446744073709551616", "\"NaN\"", "[null]", "[-1]", "[[]]",
        new('[', 5000), string.Concat(Enumerable.Repeat("{\"a\":", 500)),
    ];

    private static readonly string[] YamlWords =
    [
        "", "~", "null", "-1", "0", "1e400", ".nan", ".inf", "0x7fffffffffffffff", "99999999999999999999", "&a", "*a",
        "&a [*a]", "<<: *a", "!!binary", "!!js/eval", "? ", "- ", "---", "...", "%YAML 9.9", "|", ">", "'", "\"\\x00\"",
        "\t", "{", "}", ": ", "#", "\u0001", "\ufeff", "../../etc/passwd", "true", "[1, 2]", "{a: b}",
        new('[', 5000), new('{', 5000), string.Concat(Enumerable.Repeat("- ", 5000)),
        string.Concat(Enumerable.Range(0, 500).Select(depth => $"\n{new string(' ', depth)}a:")),
    ];

    /// <summary>
    /// Bytes that are left out, put in, replaced, bits that are flipped, an end that is cut off: one to four of these.
    /// </summary>
    /// <param name="whole">What is damaged; it stays as it is.</param>
    /// <param name="dice">The draws.</param>
    /// <param name="telling">Bytes that mean something in this format.</param>
    public static byte[] Bytes(byte[] whole, Dice dice, params ReadOnlySpan<byte> telling)
    {
        var bytes = whole.ToList();
        for (var step = 1 + dice.Roll(4); step > 0 && bytes.Count > 0; step--)
        {
            // What says most lies at the beginning.
            var place = dice.Roll(dice.Chance(0.5) ? Math.Min(bytes.Count, 256) : bytes.Count);
            switch (dice.Roll(5))
            {
                case 0:
                    bytes.RemoveRange(place, dice.Chance(0.2) ? bytes.Count - place : 1);
                    break;
                case 1:
                    bytes.InsertRange(place, Enumerable.Range(0, 1 + dice.Roll(8)).Select(_ => (byte)dice.Roll(256)));
                    break;
                case 2:
                    bytes[place] = telling.Length > 0
                        && dice.Chance(0.7) ? dice.Pick(telling) : dice.Pick<byte>(0, 1, 0x7f, 0x80, 0xff);
                    break;
                default:
                    bytes[place] ^= (byte)(1 << dice.Roll(8));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Words of JSON replaced by others, and now and then a character, or the end left out.</summary>
    public static string Json(string whole, Dice dice) => Words(whole, dice, JsonWords);

    /// <summary>The same of YAML.</summary>
    public static string Yaml(string whole, Dice dice) => Words(whole, dice, YamlWords);

    private static string Words(string whole, Dice dice, string[] words)
    {
        var text = new StringBuilder(whole);
        for (var step = 1 + dice.Roll(3); step > 0 && text.Length > 0; step--)
        {
            var place = dice.Roll(text.Length);
            switch (dice.Roll(12))
            {
                case 0:
                    text.Remove(place, dice.Chance(0.1) ? text.Length - place : 1);
                    break;
                case 1:
                    text[place] = (char)dice.Roll(128);
                    break;
                case 2:
                    text.Insert(place, words[dice.Roll(words.Length)]);
                    break;
                case 3:
                    var length = dice.Roll(Math.Min(40, text.Length - place));
                    text.Insert(dice.Roll(text.Length), text.ToString(place, length));
                    break;
                default:
                    var found = AWord().Matches(text.ToString());
                    if (found.Count > 0)
                    {
                        var word = found[dice.Roll(found.Count)];
                        var others = char.IsAsciiDigit(word.Value[^1]) && dice.Chance(0.7) ? Numbers : words;
                        text.Remove(word.Index, word.Length).Insert(word.Index, others[dice.Roll(others.Length)]);
                    }

                    break;
            }
        }

        return text.ToString();
    }

    [GeneratedRegex("\"[^\"]*\"|[-.\\w]+")]
    private static partial Regex AWord();
}
