namespace Ocs.Core;

/// <summary>Finds what a mistyped name probably meant.</summary>
internal static class NearestName
{
    private const int LettersForOneError = 3;
    private const int ShortestStart = 3;

    /// <summary>
    /// The candidate that a name is the start of, or else the one with the smallest edit distance (Levenshtein 1966,
    /// two letters in the wrong order counted as one error); null if none is near: more than one error in three
    /// letters means something else.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var word = name.ToLowerInvariant();
        var all = candidates.Select(candidate => (Name: candidate, Lower: candidate.ToLowerInvariant())).ToList();
        var longer = all.Find(candidate => candidate.Lower.StartsWith(word, StringComparison.Ordinal)).Name;
        if (word.Length >= ShortestStart && longer is not null)
        {
            return longer;
        }

        return all
            .Select(candidate => (
                candidate.Name,
                Errors: Distance(word, candidate.Lower),
                Most: Math.Max(word.Length, candidate.Lower.Length) / LettersForOneError))
            .Where(candidate => candidate.Errors <= candidate.Most)
            .DefaultIfEmpty()
            .MinBy(candidate => candidate.Errors).Name;
    }

    /// <summary>
    /// The question for the end of a sentence, "; did you mean 'x'?", or a full stop where no candidate is near.
    /// </summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is.</param>
    /// <param name="prefix">What stands before the candidate in the question.</param>
    public static string Question(string name, IEnumerable<string> candidates, string prefix = "") =>
        Of(name, candidates) is { } nearest ? $"; did you mean '{prefix}{nearest}'?" : ".";

    private static int Distance(string a, string b)
    {
        var (before, last, row) = (
            new int[b.Length + 1],
            new int[b.Length + 1],
            Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            (before, last, row) = (last, row, before);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }
        }

        return row[^1];
    }
}
