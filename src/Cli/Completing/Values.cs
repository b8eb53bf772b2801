using System.Collections.Immutable;
using System.CommandLine.Completions;
using System.Reflection;
using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Cli.Starting;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Zoo;

namespace Ocs.Cli.Completing;

/// <summary>Values as candidates, from the same tables that validate them.</summary>
internal static class Values
{
    private static readonly string[] NetworkEndings = [".ocs", ".onnx"];
    private static readonly string[] WeightEndings =
        [".safetensors", ".pth", ".pt", ".th", ".bin", ".ckpt", ".dat", ".ocs"];

    /// <summary>The names of a choice.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Of<T>()
        where T : struct, Enum => _ => Choices.Names<T>().Select(Item);

    /// <summary>The names of a choice, separated by commas.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> ListOf<T>()
        where T : struct, Enum => context => ListOf(context.WordToComplete, Choices.Names<T>());

    /// <summary>Fixed words.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Words(params string[] words) =>
        _ => words.Select(Item);

    /// <summary>Networks of the zoo, and files of networks.</summary>
    public static IEnumerable<CompletionItem> Networks(CompletionContext context) =>
    [
        .. Models.All.Select(model => new CompletionItem(model.Name, detail: model.Description)),
        .. PathValues.FilesFrom(context.WordToComplete, NetworkEndings),
    ];

    /// <summary>Data sets by name.</summary>
    public static IEnumerable<CompletionItem> DataSets(CompletionContext context) =>
        TrainingDataSource.Names.Select(Item);

    /// <summary>Data sets that `ocs data check` reads.</summary>
    public static IEnumerable<CompletionItem> ImageSets(CompletionContext context) =>
        TrainingDataSource.Names
            .Where(name => TrainingDataSource.TaskOf(name) is TaskKind.Classification or TaskKind.Segmentation)
            .Select(Item);

    /// <summary>Files of weights.</summary>
    public static IEnumerable<CompletionItem> Weights(CompletionContext context) =>
        PathValues.FilesFrom(context.WordToComplete, WeightEndings);

    /// <summary>The values of a configuration key.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> OfKey(string key) =>
        context => OfKey(key, context.WordToComplete).Select(Item);

    /// <summary>A configuration key, then `=` and its value.</summary>
    public static IEnumerable<CompletionItem> Assignment(CompletionContext context) =>
        Assignment(context.WordToComplete);

    /// <summary>A configuration key, then `=` and several values, separated by commas.</summary>
    public static IEnumerable<CompletionItem> Assignments(CompletionContext context) =>
        Assignment(context.WordToComplete, ',');

    // A value begins after `=`, or after the last separator.
    private static IEnumerable<CompletionItem> Assignment(string word, params char[] separators)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return ConfigurationKeys.All.Select(key => new CompletionItem(key + "=", detail: KeyMeanings.Of(key)));
        }

        var start = word[..(Math.Max(equals, word.LastIndexOfAny(separators)) + 1)];
        return OfKey(word[..equals], word[start.Length..]).Select(value => Item(start + value));
    }

    private static IEnumerable<string> OfKey(string key, string word) => key switch
    {
        "model" => Models.All.Select(model => model.Name)
            .Concat(PathValues.FilesFrom(word, NetworkEndings).Select(item => item.Label)),
        "data" => TrainingDataSource.Names,
        "weights" or "boxes.backbone" => PathValues.FilesFrom(word, WeightEndings).Select(item => item.Label),
        "distill.teacher" => PathValues.FilesFrom(word, [.. WeightEndings, .. NetworkEndings])
            .Select(item => item.Label).Prepend(DistillChoices.Start),
        _ => ConfigurationKeys.PropertyOf(key) is { } property ? Plain(property) : [],
    };

    // The values of a key by its type; a number has no candidates.
    private static IEnumerable<string> Plain(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        IEnumerable<string> values = type switch
        {
            { IsEnum: true } => Enum.GetNames(type).Select(OptionName.Of),
            _ when type == typeof(bool) => ["true", "false"],
            _ when type == typeof(SparsityStart) => [SparsityStart.AutoName],
            _ when type == typeof(ImmutableArray<GroupKind>) => Choices.Names<GroupKind>().Select(name => $"[{name}]"),
            _ => [],
        };
        return OptionRecord.IsAutomatic(property) ? [.. values, AutomaticAttribute.Word]
            : OptionRecord.IsNullable(property) ? [.. values, "null"]
            : values;
    }

    private static IEnumerable<CompletionItem> ListOf(string word, IEnumerable<string> names)
    {
        var start = word[..(word.LastIndexOf(',') + 1)];
        var given = start.Split(',');
        return names.Where(name => !given.Contains(name, StringComparer.Ordinal)).Select(name => Item(start + name));
    }

    private static CompletionItem Item(string text) => new(text);
}
