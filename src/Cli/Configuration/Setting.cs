using System.Collections.Immutable;

namespace Ocs.Cli.Configuration;

/// <summary>A value in a configuration, with its place for errors.</summary>
/// <param name="Where">The file and line, or the option.</param>
internal abstract record Setting(string Where);

/// <summary>A single value; null for YAML's null.</summary>
internal sealed record ScalarSetting(string? Text, string Where) : Setting(Where);

/// <summary>A value for a dotted key, from the command line.</summary>
internal sealed record Assignment(string Key, Setting Value);

/// <summary>A list of values.</summary>
internal sealed record SequenceSetting(ImmutableArray<Setting> Items, string Where) : Setting(Where);

/// <summary>Values by key.</summary>
internal sealed record MappingSetting(ImmutableSortedDictionary<string, Setting> Entries, string Where) : Setting(Where)
{
    /// <summary>The mapping with the value at a dotted key replaced or added.</summary>
    public MappingSetting With(ReadOnlySpan<string> path, Setting value) => this with
    {
        Entries = Entries.SetItem(
            path[0],
            path.Length == 1
                ? value
                : Inner(path[0], value.Where).With(path[1..], value)),
    };

    public static ImmutableSortedDictionary<string, Setting> Empty { get; } =
        ImmutableSortedDictionary.Create<string, Setting>(StringComparer.Ordinal);

    private MappingSetting Inner(string key, string where) =>
        Entries.GetValueOrDefault(key) as MappingSetting ?? new(Empty, where);
}
