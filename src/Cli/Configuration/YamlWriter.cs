using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;

namespace Ocs.Cli.Configuration;

/// <summary>Writes option records as YAML. <see cref="OptionRecord"/> reads the same options back.</summary>
internal static class YamlWriter
{
    /// <summary>Every property of a record and of nested records, one line each.</summary>
    public static string Write(object record)
    {
        var text = new StringBuilder();
        Write(record, "", text);
        return text.ToString();
    }

    /// <summary>The value of a property that is not a record.</summary>
    public static string ValueOf(PropertyInfo property, object record) => property.GetValue(record) switch
    {
        null when OptionRecord.IsAutomatic(property) => AutomaticAttribute.Word,
        var value => Scalar(value),
    };

    /// <summary>A text as a YAML value, quoted if needed.</summary>
    public static string Text(string value) => Scalar(value);

    private static void Write(object record, string indent, StringBuilder text)
    {
        foreach (var property in OptionRecord.Properties(record.GetType()))
        {
            var key = OptionName.Of(property.Name);
            var value = property.GetValue(record);
            if (value is not null && OptionRecord.IsRecord(value.GetType()))
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}{key}:\n");
                Write(value, indent + "  ", text);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}{key}: {ValueOf(property, record)}\n");
            }
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        Enum choice => OptionName.Of(choice.ToString()),
        SparsityStart start => start.ToString(),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        ImmutableArray<string> list => $"[{string.Join(", ", list.Select(Scalar))}]",
        ImmutableArray<GroupKind> list => $"[{string.Join(", ", list.Select(kind => Scalar(kind)))}]",
        ImmutableArray<double> list => $"[{string.Join(", ", list.Select(number => Scalar(number)))}]",
        ImmutableArray<int> list => $"[{string.Join(", ", list)}]",
        string word => word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/')
            && word.Length > 0
            ? word
            : word.Any(IsBreak) ? Quoted(word) : $"'{word.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
    };

    // In single quotes YAML folds line breaks to spaces, and forbids other control characters.
    private static bool IsBreak(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';

    private static string Quoted(string word) => $"\"{string.Concat(word.Select(letter => letter switch
    {
        '"' or '\\' => $"\\{letter}",
        _ when IsBreak(letter) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
        _ => $"{letter}",
    }))}\"";
}
