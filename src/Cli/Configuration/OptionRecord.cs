using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Training;

namespace Ocs.Cli.Configuration;

/// <summary>
/// Sets and lists the properties of option records by name. Keys are property names in kebab case, choices are enum
/// names in kebab case, records nest.
/// </summary>
internal static class OptionRecord
{
    /// <summary>A copy of a record with the properties in a mapping set to its values.</summary>
    /// <param name="defaults">The values of other properties.</param>
    /// <param name="mapping">Keys and values.</param>
    /// <param name="prefix">The dotted key of the record itself, ending in a dot, or nothing.</param>
    public static T Apply<T>(T defaults, MappingSetting mapping, string prefix = "")
        where T : notnull => (T)ApplyTo(defaults, mapping, prefix);

    /// <summary>
    /// The properties that a configuration may set, in the order of the record; inherited ones come first.
    /// </summary>
    public static IEnumerable<PropertyInfo> Properties(Type record) => record
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite && IsSetting(property) && !IsSetElsewhere(property))
        .OrderBy(property => property.DeclaringType == record);

    /// <summary>Whether null means that the value is chosen automatically; configurations write auto.</summary>
    public static bool IsAutomatic(PropertyInfo property) => property.IsDefined(typeof(AutomaticAttribute));

    /// <summary>Whether a type is a record of options.</summary>
    public static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static object ApplyTo(object defaults, MappingSetting mapping, string prefix)
    {
        var type = defaults.GetType();
        var copy = type.GetMethod("<Clone>$")!.Invoke(defaults, null)!;
        var properties = Properties(type).ToDictionary(
            property => OptionName.Of(property.Name), StringComparer.Ordinal);
        foreach (var (key, setting) in mapping.Entries)
        {
            if (!properties.TryGetValue(key, out var property))
            {
                throw new OcsInputException(
                    $"{setting.Where}: there is no key '{prefix}{key}'{Suggestion(key, prefix, properties.Keys)}");
            }

            property.SetValue(copy, Value(property, copy, setting, prefix + key));
        }

        return copy;
    }

    // The nearest key in the record, or in another part of the configuration. A key 5 comes from 0,5 in braces.
    private static string Suggestion(string key, string prefix, IEnumerable<string> beside) =>
        key.All(char.IsAsciiDigit) ? "; numbers have a decimal point: 0.5, not 0,5."
        : NearestName.Of(key, beside) is { } near ? $"; did you mean '{prefix}{near}'?"
        : ConfigurationKeys.Find(key) is { } elsewhere ? $"; did you mean '{elsewhere}'?"
        : "; docs/configuration.md lists all.";

    private static object? Value(PropertyInfo property, object record, Setting setting, string key)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (IsRecord(type))
        {
            return setting is MappingSetting mapping
                ? ApplyTo(property.GetValue(record) ?? Activator.CreateInstance(type)!, mapping, key + ".")
                : throw Wrong(setting, key, "needs keys and values");
        }

        if (setting is ScalarSetting { Text: AutomaticAttribute.Word } && IsAutomatic(property))
        {
            return null;
        }

        if (setting is ScalarSetting { Text: null })
        {
            return IsNullable(property) ? null : throw Wrong(setting, key, "needs a value");
        }

        return type == typeof(ImmutableArray<int>) ? List<int>(setting, key, "[90, 180]")
            : type == typeof(ImmutableArray<double>) ? List<double>(setting, key, "[0.3, 0.5]")
            : type == typeof(ImmutableArray<string>) ? List<string>(setting, key, "[conv1, 'layer1.*']")
            : type == typeof(ImmutableArray<GroupKind>) ? List<GroupKind>(setting, key, "[heads, mlp-width]")
            : Scalar(type, setting, key);
    }

    // Records compare lists by reference, so an empty list must be `[]`, which is always the same array.
    private static ImmutableArray<T> List<T>(Setting setting, string key, string example) => setting switch
    {
        SequenceSetting { Items.IsEmpty: true } => [],
        SequenceSetting sequence => [.. sequence.Items.Select(item => (T)Scalar(typeof(T), item, key))],
        _ => throw Wrong(setting, key, $"must be a list, such as {example}"),
    };

    private static object Scalar(Type type, Setting setting, string key)
    {
        if (setting is not ScalarSetting { Text: { } text })
        {
            throw Wrong(setting, key, "must be a single value");
        }

        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        return type switch
        {
            _ when type == typeof(string) => text,
            _ when type == typeof(bool) => bool.TryParse(text, out var value)
                ? value
                : throw Wrong(setting, key, $"must be true or false, but is '{text}'"),
            _ when type == typeof(int) => int.TryParse(text, Whole, culture, out var value)
                ? value
                : throw Wrong(setting, key, $"must be a whole number such as 20, but is '{text}'"),
            _ when type == typeof(ulong) => ulong.TryParse(text, NumberStyles.None, culture, out var value)
                ? value
                : throw Wrong(setting, key, $"must be a whole number that is not negative, but is '{text}'"),
            _ when type == typeof(SparsityStart) => SparsityStart.Parse(text)
                ?? throw Wrong(
                    setting,
                    key,
                    $"must be a whole number, or {SparsityStart.AutoName} (found by Eq. 5), but is '{text}'"),
            _ when type == typeof(double) => double.TryParse(text, NumberStyles.Float, culture, out var value)
                && double.IsFinite(value)
                ? value
                : throw Wrong(setting, key, $"must be a number such as 0.5, but is '{text}'"),
            _ => Choice(type, text, setting, key),
        };
    }

    private static object Choice(Type type, string text, Setting setting, string key)
    {
        var names = Enum.GetNames(type)
            .ToDictionary(OptionName.Of, name => Enum.Parse(type, name), StringComparer.Ordinal);
        return names.TryGetValue(text, out var value)
            ? value
            : throw Wrong(
                setting,
                key,
                $"must be one of {string.Join(", ", names.Keys)}, "
                + $"but is '{text}'{NearestName.Question(text, names.Keys)}");
    }

    private static OcsInputException Wrong(Setting setting, string key, string what) =>
        new($"{setting.Where}: {key} {what.TrimEnd('.')}{(what.EndsWith('?') ? "" : ".")}");

    private static bool IsSetting(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsEnum || type.IsPrimitive || type == typeof(string) || type == typeof(SparsityStart)
            || type == typeof(ImmutableArray<int>)
            || type == typeof(ImmutableArray<double>)
            || type == typeof(ImmutableArray<string>)
            || type == typeof(ImmutableArray<GroupKind>)
            || (IsRecord(type) && Properties(type).Any());
    }

    // The seed and distillation are set at the top level of a configuration.
    private static bool IsSetElsewhere(PropertyInfo property) =>
        property.DeclaringType == typeof(TrainingOptions)
        && property.Name is nameof(TrainingOptions.Seed) or nameof(TrainingOptions.Distillation);

    /// <summary>Whether a property may be null.</summary>
    public static bool IsNullable(PropertyInfo property) =>
        Nullable.GetUnderlyingType(property.PropertyType) is not null
        || (!property.PropertyType.IsValueType
            && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable);
}
