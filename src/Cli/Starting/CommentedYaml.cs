using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;

namespace Ocs.Cli.Starting;

/// <summary>
/// Writes a configuration with an explanation of each key: first the stated keys, then those with their defaults, as
/// comments. Uncommented, they state the defaults.
/// </summary>
/// <param name="stated">The keys that are stated, and their values.</param>
/// <param name="defaults">The defaults.</param>
internal sealed class CommentedYaml(
    ImmutableArray<(string Key, string Value)> stated, ExperimentOptions defaults)
{
    private const int Widest = 110;
    private const int CommentColumn = 40;
    private readonly StringBuilder _text = new();

    /// <summary>The text.</summary>
    /// <param name="head">The comments at the top, one line each.</param>
    /// <param name="records">The useful records of options, by their keys, with descriptions.</param>
    public string Write(IEnumerable<string> head, IReadOnlyDictionary<string, string> records)
    {
        foreach (var line in head)
        {
            _text.Append(line.Length == 0 ? "#\n" : $"# {line}\n");
        }

        var properties = OptionRecord.Properties(typeof(ExperimentOptions)).ToList();
        Section("The run", "", properties.Where(property => !IsRecord(property)), defaults);
        foreach (var property in properties.Where(IsRecord))
        {
            var key = OptionName.Of(property.Name);
            if (records.TryGetValue(key, out var title))
            {
                Section(title, key, OptionRecord.Properties(property.PropertyType), property.GetValue(defaults)!);
            }
        }

        return _text.ToString();
    }

    private static bool IsRecord(PropertyInfo property) => OptionRecord.IsRecord(property.PropertyType);

    private void Section(string title, string prefix, IEnumerable<PropertyInfo> properties, object record)
    {
        var indent = prefix.Length == 0 ? "" : "  ";
        var keys = properties
            .Select(property => (Property: property, Name: OptionName.Of(property.Name)))
            .Select(pair => (pair.Property, pair.Name, Key: prefix.Length == 0 ? pair.Name : $"{prefix}.{pair.Name}"))
            .ToList();
        var given = stated.Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        _text.Append($"\n# {title}.\n");
        if (prefix.Length > 0)
        {
            _text.Append(keys.Exists(key => given.Contains(key.Key)) ? $"{prefix}:\n" : $"#{prefix}:\n");
        }

        foreach (var (key, value) in stated)
        {
            if (keys.Find(pair => pair.Key == key) is { Name: { } name })
            {
                Line($"{indent}{name}: {value}", KeyMeanings.Of(key), indent);
            }
        }

        foreach (var (property, name, key) in keys.Where(pair => !given.Contains(pair.Key)))
        {
            Line($"#{indent}{name}: {YamlWriter.ValueOf(property, record)}", KeyMeanings.Of(key), "#" + indent);
        }
    }

    // A comment that is too long for the line continues below.
    private void Line(string line, string meaning, string indent)
    {
        var start = TextWidth.Pad(line, CommentColumn, isRight: false);
        var room = Math.Max(Widest - start.Length - 3, Widest / 3);
        var first = true;
        foreach (var part in TextWidth.Wrap(meaning, room, indent: 0))
        {
            _text.Append(first ? start : TextWidth.Pad(indent, start.Length, isRight: false)).Append($" # {part}\n");
            first = false;
        }
    }
}
