using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Ocs.Cli.Configuration;

/// <summary>Reads YAML into settings with line numbers.</summary>
internal static class YamlReader
{
    private const int DeepestNesting = 64;
    private const int LargestFile = 16 << 20;

    /// <summary>The settings of a file.</summary>
    public static MappingSetting ReadFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new OcsInputException($"The configuration {path} is a folder; give the path of a YAML file.");
        }

        string text;
        try
        {
            text = ReadText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OcsInputException(
                $"The configuration {path} cannot be read ({error.Message.TrimEnd('.')}); "
                + "give the path of a YAML file.",
                error);
        }

        return Read(text, path);
    }

    /// <summary>The settings of a text; <paramref name="source"/> names it in errors.</summary>
    public static MappingSetting Read(string text, string source) => Parse(text, source) switch
    {
        null => new(MappingSetting.Empty, source),
        MappingSetting mapping => mapping,
        var other => throw new OcsInputException(
            $"{other.Where}: a configuration consists of keys and values, such as `model: cifar_resnet56`."),
    };

    /// <summary>Parses a `key=value` of the command line; the value is YAML.</summary>
    public static Assignment ReadAssignment(string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            throw new OcsInputException(
                $"--set takes key=value, such as training.epochs=20, but was given '{assignment}'.");
        }

        var where = $"--set {assignment}";
        return new(
            assignment[..equals].Trim(), Parse(assignment[(equals + 1)..], where) ?? new ScalarSetting(null, where));
    }

    // A pipe has no length, and a device may have no end.
    private static string ReadText(string path)
    {
        using var reader = new StreamReader(path);
        var buffer = new char[1 << 16];
        var text = new StringBuilder();
        for (var count = reader.Read(buffer); count > 0; count = reader.Read(buffer))
        {
            text.Append(buffer, 0, count);
            if (text.Length > LargestFile)
            {
                throw new OcsInputException(
                    $"The configuration {path} is longer than {LargestFile >> 20} MiB; give the path of a YAML file.");
            }
        }

        return text.ToString();
    }

    private static Setting? Parse(string text, string source)
    {
        var yaml = new YamlStream();
        try
        {
            CheckShape(text, source);
            yaml.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new OcsInputException(
                $"{Place(source, error.Start)}: this is not valid YAML: "
                + $"{error.Message.TrimEnd('.').ReplaceLineEndings(" ")}.",
                error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException)
        {
            // YamlDotNet throws these for input that it does not expect.
            throw new OcsInputException($"{source}: this is not valid YAML.", error);
        }

        return yaml.Documents.Count == 0 ? null : Convert(yaml.Documents[0].RootNode, source);
    }

    // YamlDotNet loads recursively, and a list that contains itself never ends. So deep nesting and such lists are
    // refused before.
    private static void CheckShape(string text, string source)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext(); depth += parser.Current!.NestingIncrease)
        {
            if (parser.Current is AnchorAlias alias)
            {
                throw new OcsInputException(
                    $"{Place(source, alias.Start)}: aliases are not supported here; "
                    + "put a text that begins with * in quotation marks, and write out any other value.");
            }

            if (depth > DeepestNesting)
            {
                throw new OcsInputException(
                    $"{Place(source, parser.Current!.Start)}: this is nested too deeply for a configuration.");
            }
        }
    }

    private static Setting Convert(YamlNode node, string source)
    {
        var where = Place(source, node.Start);
        return node switch
        {
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } => new ScalarSetting(null, where),
            YamlScalarNode scalar => new ScalarSetting(scalar.Value, where),
            YamlSequenceNode sequence =>
                new SequenceSetting([.. sequence.Children.Select(child => Convert(child, source))], where),
            YamlMappingNode mapping => new MappingSetting(
                mapping.Children.ToImmutableSortedDictionary(
                    pair => (pair.Key as YamlScalarNode)?.Value
                        ?? throw new OcsInputException($"{where}: a key must be a single word."),
                    pair => Convert(pair.Value, source) with { Where = Place(source, pair.Key.Start) },
                    StringComparer.Ordinal),
                where),
            _ => throw new UnreachableException(),
        };
    }

    private static string Place(string source, Mark mark) =>
        source.StartsWith("--", StringComparison.Ordinal) ? source : $"{source}, line {mark.Line}";
}
