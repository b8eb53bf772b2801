using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Tables;

/// <summary>
/// The options of a run by their dotted key, read from the text that the run itself wrote into <c>config.yaml</c>.
/// </summary>
internal static class RunOptions
{
    private const string Model = "model";
    private const string Data = "data";
    private const string Preset = "preset";
    private static readonly ImmutableHashSet<string> Seeds = ["seed", "training.seed"];

    /// <summary>Dotted keys and their values; a line that is not "key: value" is passed over.</summary>
    public static ImmutableSortedDictionary<string, string> Of(RunFolder run)
    {
        var options = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var sections = new List<(int Indent, string Key)>();
        foreach (var line in (run.Config ?? "").Split('\n'))
        {
            var text = line.Trim();
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || text[0] == '#')
            {
                continue;
            }

            var indent = line.Length - line.TrimStart().Length;
            sections.RemoveAll(section => section.Indent >= indent);
            var key = string.Join('.', [.. sections.Select(section => section.Key), text[..colon]]);
            var value = text[(colon + 1)..].Trim();
            if (value.Length == 0)
            {
                sections.Add((indent, text[..colon]));
            }
            else
            {
                options[key] = value.Trim('\'');
            }
        }

        return options.ToImmutable();
    }

    /// <summary>What tells each run from the others: its options that are not the same in all of them.</summary>
    /// <remarks>
    /// Seeds are left out. So is what follows from the model, the data set or the preset: an option that is the same in
    /// all runs that share those.
    /// </remarks>
    public static ImmutableArray<string> Differences(IReadOnlyList<RunFolder> runs)
    {
        ImmutableArray<ImmutableSortedDictionary<string, string>> all = [.. runs.Select(Of)];
        string[] differing =
        [
            .. all.SelectMany(options => options.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Where(key => !Seeds.Contains(key) && Values(all, key) > 1
                    && (key is Model or Data or Preset || all.GroupBy(Head).Any(alike => Values(alike, key) > 1))),
        ];
        return
        [
            .. all.Select(options => string.Join(
                ", ", differing.Where(options.ContainsKey).Select(key => $"{Leaf(key, differing)} {options[key]}"))),
        ];
    }

    /// <summary>All options but the seeds: equal for runs that repeat each other.</summary>
    public static string WithoutSeeds(RunFolder run) =>
        string.Join(
            '\n',
            Of(run).Where(option => !Seeds.Contains(option.Key)).Select(option => $"{option.Key}: {option.Value}"));

    private static int Values(IEnumerable<ImmutableSortedDictionary<string, string>> runs, string key) =>
        runs.Select(options => options.GetValueOrDefault(key)).Distinct(StringComparer.Ordinal).Count();

    private static (string?, string?, string?) Head(ImmutableSortedDictionary<string, string> options) =>
        (options.GetValueOrDefault(Model), options.GetValueOrDefault(Data), options.GetValueOrDefault(Preset));

    // The last part of a key, where that is the only one of its name.
    private static string Leaf(string key, string[] keys)
    {
        var leaf = key.Split('.')[^1];
        return keys.Count(other => other.Split('.')[^1] == leaf) == 1 ? leaf : key;
    }
}
