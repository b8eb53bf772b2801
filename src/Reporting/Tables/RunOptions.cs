using System.Collections.Immutable;
using Ocs.RunLog;

namespace Ocs.Reporting.Tables;

/// <summary>The options of a run by their dotted keys, from its <c>config.yaml</c>.</summary>
internal static class RunOptions
{
    private const string Model = "model";
    private const string Data = "data";
    private const string Preset = "preset";
    private static readonly ImmutableHashSet<string> Seeds = ["seed", "training.seed"];

    /// <summary>Dotted keys with values; lines other than "key: value" are skipped.</summary>
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

    /// <summary>The options that differ between runs.</summary>
    /// <remarks>
    /// Seeds are ignored. So are options that depend on the model, the data set or the preset: those that are equal in
    /// all runs that share these.
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

    /// <summary>All options except seeds: equal for repeated runs.</summary>
    public static string WithoutSeeds(RunFolder run) =>
        string.Join(
            '\n',
            Of(run).Where(option => !Seeds.Contains(option.Key)).Select(option => $"{option.Key}: {option.Value}"));

    private static int Values(IEnumerable<ImmutableSortedDictionary<string, string>> runs, string key) =>
        runs.Select(options => options.GetValueOrDefault(key)).Distinct(StringComparer.Ordinal).Count();

    private static (string?, string?, string?) Head(ImmutableSortedDictionary<string, string> options) =>
        (options.GetValueOrDefault(Model), options.GetValueOrDefault(Data), options.GetValueOrDefault(Preset));

    // The last part of a key, if it is unique.
    private static string Leaf(string key, string[] keys)
    {
        var leaf = key.Split('.')[^1];
        return keys.Count(other => other.Split('.')[^1] == leaf) == 1 ? leaf : key;
    }
}
