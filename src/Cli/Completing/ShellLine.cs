using System.Collections.Immutable;
using System.Text;

namespace Ocs.Cli.Completing;

/// <summary>A bash command line up to the cursor, split into words as bash does.</summary>
/// <param name="Words">The unquoted words; the last one is to be completed, and may be empty.</param>
/// <param name="Quote">The open quotation mark at the cursor; null for none.</param>
internal sealed record ShellLine(ImmutableArray<string> Words, char? Quote)
{
    // Characters with a special meaning in bash.
    private const string Special = " \t\n\\'\"`$&|;<>(){}[]*?!#~";

    /// <summary>Splits a line.</summary>
    public static ShellLine Of(string line)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        char? quote = null;
        var isWord = false;
        for (var index = 0; index < line.Length; index++)
        {
            var letter = line[index];
            if (quote is null && char.IsWhiteSpace(letter))
            {
                if (isWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }

                isWord = false;
                continue;
            }

            isWord = true;
            if (letter == quote)
            {
                quote = null;
            }
            else if (quote is null && letter is '\'' or '"')
            {
                quote = letter;
            }
            else if (letter == '\\' && quote != '\'' && index + 1 < line.Length)
            {
                word.Append(line[++index]);
            }
            else
            {
                word.Append(letter);
            }
        }

        return new([.. words, word.ToString()], quote);
    }

    /// <summary>
    /// The text that replaces the last part of the word in bash: the candidate after the last word break character,
    /// quoted unless quotes are open.
    /// </summary>
    /// <param name="candidate">The candidate, which begins with the last word.</param>
    /// <param name="breaks">The word break characters of bash: COMP_WORDBREAKS.</param>
    public string Replacement(string candidate, string breaks)
    {
        var letters = breaks.Where(letter => letter is '=' or ':').ToArray();
        var start = Quote is null && letters.Length > 0 ? Words[^1].LastIndexOfAny(letters) + 1 : 0;
        var rest = candidate[Math.Min(start, candidate.Length)..];
        return Quote is null ? Quoted(rest) : rest;
    }

    // A leading ~ stays unquoted.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder();
        for (var index = 0; index < text.Length; index++)
        {
            var isHome = index == 0 && text[index] == '~';
            _ = Special.Contains(text[index], StringComparison.Ordinal) && !isHome
                ? quoted.Append('\\').Append(text[index])
                : quoted.Append(text[index]);
        }

        return quoted.ToString();
    }
}
