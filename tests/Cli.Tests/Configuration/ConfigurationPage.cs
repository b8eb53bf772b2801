using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Ocs.Cli.Configuration;
using Ocs.Pruning;

namespace Ocs.Cli.Tests.Configuration;

/// <summary>
/// The tables of docs/configuration.md: every key of a configuration, what it takes, its default, and what its summary
/// says.
/// </summary>
internal static partial class ConfigurationPage
{
    // What decides defaults: the first is what the others are compared with.
    private static readonly ImmutableArray<(string Name, ExperimentOptions Options)> Variants =
    [
        .. Enum.GetValues<Preset>().Select(
            preset => ($"`preset: {Choices.NameOf(preset)}`", ExperimentOptions.DefaultsOf(preset, "cifar10"))),
        .. ((string[])["fashion-mnist", "imagefolder", "maskfolder"]).Select(
            data => (data, ExperimentOptions.DefaultsOf(preset: default, data))),
    ];

    private static readonly Dictionary<string, XElement> Documented =
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*.xml")
        .Where(file => Path.GetFileName(file) is var name
        && (name.StartsWith("Ocs.", StringComparison.Ordinal) || name == "ocs.xml"))
        .SelectMany(file => XDocument.Load(file).Descendants("member"))
        .DistinctBy(member => member.Attribute("name")!.Value)
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>A section and a table for each record of options.</summary>
    public static string Tables()
    {
        var text = new StringBuilder();
        var properties = OptionRecord.Properties(typeof(ExperimentOptions)).ToList();
        var records = properties.Where(property => OptionRecord.IsRecord(property.PropertyType)).ToList();
        Write(text, "The run", properties.Except(records), options => options);
        foreach (var record in records)
        {
            Write(
                text, $"`{OptionName.Of(record.Name)}:`", OptionRecord.Properties(record.PropertyType),
                options => record.GetValue(options)!);
        }

        return text.ToString().Trim() + "\n";
    }

    private static void Write(
        StringBuilder text, string title, IEnumerable<PropertyInfo> properties, Func<ExperimentOptions, object> record)
    {
        text.Append($"\n## {title}\n\n| key | takes | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var property in properties)
        {
            string[] cells =
                [$"`{OptionName.Of(property.Name)}`", Takes(property), Default(property, record), Meaning(property)];
            var escaped = cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal));
            text.Append($"| {string.Join(" | ", escaped)} |\n");
        }
    }

    private static string Takes(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var what = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            ? $"list of {Single(type.GetGenericArguments()[0], many: true)}"
            : Single(type, many: false);
        return OptionRecord.IsAutomatic(property)
            ? $"{what}, or `{AutomaticAttribute.Word}`"
            : OptionRecord.IsNullable(property) ? $"{what}, or `null`" : what;
    }

    private static string Single(Type type, bool many) => type switch
    {
        { IsEnum: true } => string.Join(", ", Enum.GetNames(type).Select(name => $"`{OptionName.Of(name)}`")),
        _ when type == typeof(bool) => "`true`, `false`",
        _ when type == typeof(SparsityStart) => $"whole number, `{SparsityStart.AutoName}`",
        _ when type == typeof(double) => many ? "numbers" : "number",
        _ when type == typeof(string) => many ? "texts" : "text",
        _ => many ? "whole numbers" : "whole number",
    };

    private static string Default(PropertyInfo property, Func<ExperimentOptions, object> record)
    {
        if (property.DeclaringType == typeof(ExperimentOptions)
            && property.Name is nameof(ExperimentOptions.Model) or nameof(ExperimentOptions.Data))
        {
            return "must be given";
        }

        var values = Variants.Select(
            variant => (variant.Name, Value: YamlWriter.ValueOf(property, record(variant.Options)))).ToList();
        var usual = values[0].Value;
        var others = property.PropertyType == typeof(Preset)
            ? []
            : values.Where(value => value.Value != usual).Select(value => $"{value.Name} `{value.Value}`").ToList();
        var first = others.Count > 0 && others[0][0] != '`' ? "cifar10, cifar100 " : "";
        return string.Join("; ", others.Prepend($"{first}`{usual}`"));
    }

    private static string Meaning(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        type = type.IsGenericType ? type.GetGenericArguments()[0] : type;
        var sentences = new List<string>
        {
            Text($"P:{property.DeclaringType!.FullName}.{property.Name}", "summary")
                ?? Text($"T:{type.FullName}", "summary")
                ?? throw new InvalidOperationException(
                    $"{property.DeclaringType.Name}.{property.Name} has no summary: it is its text on the page."),
        };
        if (Text($"P:{property.DeclaringType.FullName}.{property.Name}", "value") is { } value
            && ARange().Match(value) is { Success: true } range)
        {
            sentences.Add(range.Value);
        }

        if (type.IsEnum)
        {
            sentences.AddRange(Enum.GetNames(type)
                .Select(name => (Name: OptionName.Of(name), Text: Text($"F:{type.FullName}.{name}", "summary")))
                .Where(choice => choice.Text is not null)
                .Select(choice => $"`{choice.Name}`: {Lower(choice.Text!)}"));
        }

        var text = string.Join(" ", sentences);
        return OptionRecord.IsAutomatic(property)
            ? text.Replace("Null for", $"`{AutomaticAttribute.Word}` for", StringComparison.Ordinal)
            : text;
    }

    // A sentence behind a colon; abbreviations such as TF32 stay.
    private static string Lower(string sentence) =>
        char.IsUpper(sentence[1]) ? sentence : $"{char.ToLowerInvariant(sentence[0])}{sentence[1..]}";

    private static string? Text(string member, string element) =>
        Documented.TryGetValue(member, out var documented) && documented.Element(element) is { } found
            ? Spaces().Replace(string.Concat(found.Nodes().Select(Text)), " ").Trim()
            : null;

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => $"`{OptionName.Of(see.Attribute("cref")!.Value.Split('.')[^1])}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => other.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    // What follows the default, which has a column of its own.
    [GeneratedRegex("(Range|At least|At most) .*")]
    private static partial Regex ARange();
}
