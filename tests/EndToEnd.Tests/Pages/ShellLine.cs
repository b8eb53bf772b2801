using System.Text.RegularExpressions;

namespace Ocs.EndToEnd.Tests.Pages;

/// <summary>
/// Commands of a page as words, without comments and variables before a command, and with continued lines as one.
/// </summary>
internal static partial class ShellLine
{
    private static readonly string[] Programs = ["ocs", "./ocs", "mkdir", "torchrun"];

    /// <summary>Whether a text without fences is for a shell.</summary>
    public static bool IsOne(string text) => Programs.Contains(text.Split(' ')[0]);

    /// <summary>The commands of a block, each as its words.</summary>
    public static IEnumerable<IReadOnlyList<string>> Commands(string block) => block
        .Replace("\\\n", " ", StringComparison.Ordinal)
        .Split('\n')
        .SelectMany(Split)
        .Where(words => words.Count > 0);

    /// <summary>
    /// The words behind `ocs` or `./ocs`, wherever in the command it stands; null if it is not called.
    /// </summary>
    /// <param name="words">The words of a command.</param>
    /// <param name="names">The names of the program's commands.</param>
    public static IReadOnlyList<string>? ArgumentsOfOcs(
        IReadOnlyList<string> words, IReadOnlyCollection<string> names)
    {
        // The template has the command's name.
        for (var at = 0; at < words.Count && words is not ["dotnet", "new", ..]; at++)
        {
            var isKnown = at + 1 < words.Count && (names.Contains(words[at + 1]) || words[at + 1].StartsWith('-'));
            if (words[at] == "./ocs" || (words[at] == "ocs" && (at == 0 || isKnown)))
            {
                return [.. words.Skip(at + 1).Select(Unbracketed).Where(word => word.Trim('.').Length > 0)];
            }
        }

        return null;
    }

    // A line of several commands is as many.
    private static IEnumerable<IReadOnlyList<string>> Split(string line)
    {
        List<string> words = [];
        foreach (Match match in Word().Matches(line))
        {
            if (match.Value.StartsWith('#'))
            {
                break;
            }

            if (match.Value is "&&" or "|" or ";" or "&")
            {
                yield return words;
                words = [];
            }
            else if (Redirection().IsMatch(match.Value))
            {
                continue;
            }
            else if (words.Count > 0 || !Assignment().IsMatch(match.Value))
            {
                words.Add(match.Value.Replace("\"", "", StringComparison.Ordinal)
                    .Replace("'", "", StringComparison.Ordinal));
            }
        }

        yield return words;
    }

    // What may be left out stands in brackets, and `...` for more of the same.
    private static string Unbracketed(string word)
    {
        word = word.StartsWith('[') ? word[1..] : word;
        return word.EndsWith(']') && !word.Contains('[', StringComparison.Ordinal) ? word[..^1] : word;
    }

    [GeneratedRegex("""(?:"[^"]*"|'[^']*'|[^\s"'])+""")]
    private static partial Regex Word();

    [GeneratedRegex("^[0-9]?>")]
    private static partial Regex Redirection();

    [GeneratedRegex("^(export|[A-Z_]+=.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();
}
