using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Ocs.Cli.Starting;

/// <summary>The explanation of each configuration key, from docs/configuration.md, which a test generates.</summary>
internal static partial class KeyMeanings
{
    private const string Page = "configuration.md";

    private static readonly Lazy<FrozenDictionary<string, string>> Sentences = new(Read);

    /// <summary>The first sentence about a dotted key, without its full stop.</summary>
    public static string Of(string key) => Sentences.Value[key];

    private static FrozenDictionary<string, string> Read()
    {
        using var stream = typeof(KeyMeanings).Assembly.GetManifestResourceStream(Page)!;
        using var reader = new StreamReader(stream);
        var meanings = new Dictionary<string, string>(StringComparer.Ordinal);
        var part = "";
        while (reader.ReadLine() is { } line)
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                part = heading.Groups["record"] is { Success: true } record ? record.Value + "." : "";
            }
            else if (Row().Match(line) is { Success: true } row)
            {
                meanings.TryAdd(
                    part + row.Groups["key"].Value,
                    FirstSentence(row.Groups["meaning"].Value) + Choices(row.Groups["takes"].Value));
            }
        }

        return meanings.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string FirstSentence(string meaning)
    {
        var sentence = EndOfSentence().Match(meaning) is { Success: true } end ? meaning[..end.Index] : meaning;
        return sentence.TrimEnd('.')
            .Replace("\\|", "|", StringComparison.Ordinal).Replace("`", "", StringComparison.Ordinal);
    }

    // The choices of a key; empty for true and false.
    private static string Choices(string takes)
    {
        string[] words = [.. AWord().Matches(takes).Select(match => match.Groups["word"].Value)];
        return words.Length > 2 || (words.Length == 2 && words[0] != "true") ? $" ({string.Join(", ", words)})" : "";
    }

    [GeneratedRegex(@"^## (`(?<record>[a-z-]+):`)?", RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(
        @"^\| `(?<key>[a-z0-9-]+)` \| (?<takes>[^|]*) \| (\\\||[^|])* \| (?<meaning>.*) \|$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<word>[a-z0-9-]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex AWord();

    [GeneratedRegex(@"\. (?=[A-Z`])|; ")]
    private static partial Regex EndOfSentence();
}
