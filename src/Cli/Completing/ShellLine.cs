using System.Collections.Immutable;
using System.Text;

namespace Ocs.Cli.Completing;

/// <summary>A command line as it stands in bash up to the cursor, taken apart as bash does.</summary>
/// <param name="Words">The words without their quotes; the last one is completed, and may be empty.</param>
/// <param name="Quote">The quotation mark that is still open at the cursor; null for none.</param>
internal sealed record ShellLine(ImmutableArray<string> Words, char? Quote)
{
    // What bash would read as something else than a letter of a name.
    private const string Special = " \t\n\\'\"`$&|;<>(){}[]*?!#~";

    /// <summary>Takes a line apart.</summary>
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
    /// What takes the place of the end of the last word that bash completes: a candidate for the whole word without
    /// what stands before the last of the characters at which bash breaks words, quoted where no quotes are open.
    /// </summary>
    /// <param name="candidate">It begins with the last word.</param>
    /// <param name="breaks">Characters at which bash breaks words: COMP_WORDBREAKS.</param>
    public string Replacement(string candidate, string breaks)
    {
        var letters = breaks.Where(letter => letter is '=' or ':').ToArray();
        var start = Quote is null && letters.Length > 0 ? Words[^1].LastIndexOfAny(letters) + 1 : 0;
        var rest = candidate[Math.Min(start, candidate.Length)..];
        return Quote is null ? Quoted(rest) : rest;
    }

    // The home folder stays what the shell makes of it.
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
