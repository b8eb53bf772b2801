using System.Reflection;

namespace Ocs.Cli.Configuration;

/// <summary>Every key of a configuration, such as training.epochs.</summary>
internal static class ConfigurationKeys
{
    /// <summary>The dotted keys, in the order of the records.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Of(typeof(ExperimentOptions), "")];

    /// <summary>
    /// The key for an abbreviation: its last part, as epochs for training.epochs, or initials, as lr for
    /// training.learning-rate. Null if there is none, or several.
    /// </summary>
    public static string? Find(string word)
    {
        var last = Last(word);
        return Only(All.Where(key => Last(key) == last))
            ?? Only(All.Where(key => Initials(Last(key)) == last))
            ?? (NearestName.Of(last, All.Select(Last)) is { } near ? Only(All.Where(key => Last(key) == near)) : null);
    }

    /// <summary>The properties of the keys, in the same order.</summary>
    public static IReadOnlyList<PropertyInfo> Properties { get; } = [.. PropertiesOf(typeof(ExperimentOptions))];

    /// <summary>The property of a dotted key; null if there is none.</summary>
    public static PropertyInfo? PropertyOf(string key) =>
        All.Zip(Properties).FirstOrDefault(pair => pair.First == key).Second;

    private static IEnumerable<PropertyInfo> PropertiesOf(Type record) =>
        OptionRecord.Properties(record).SelectMany(property =>
            RecordOf(property) is { } inner ? PropertiesOf(inner) : [property]);

    private static IEnumerable<string> Of(Type record, string prefix) =>
        OptionRecord.Properties(record).SelectMany(property =>
            RecordOf(property) is { } inner
                ? Of(inner, $"{prefix}{OptionName.Of(property.Name)}.")
                : [prefix + OptionName.Of(property.Name)]);

    // The type of a property that is a nested record of options; null for others.
    private static Type? RecordOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return OptionRecord.IsRecord(type) ? type : null;
    }

    private static string Last(string key) => key[(key.LastIndexOf('.') + 1)..];

    private static string Initials(string key) =>
        key.Contains('-', StringComparison.Ordinal)
            ? string.Concat(key.Split('-').Select(part => part.Length > 0 ? part[0] : '-'))
            : "";

    private static string? Only(IEnumerable<string> keys) => keys.Take(2).ToList() is [var only] ? only : null;
}
