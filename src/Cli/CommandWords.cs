using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Ocs.Cli.Configuration;
using Ocs.Cli.Output;

namespace Ocs.Cli;

/// <summary>
/// Translates library messages into the command's words. A library writes API names in backticks: `MaximumPruned`,
/// `CutAtEnd = true`, `PhaseTiming.Official`, `Models.All`. A property becomes its configuration key; other names
/// become a flag or a command, or stay.
/// </summary>
internal static partial class CommandWords
{
    private static readonly FrozenDictionary<string, string> Remedies = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["Device.Cpu"] = "--device cpu",
        ["Distillation"] = "distill",
        ["Graph.Parameters"] = "`ocs inspect`",
        ["ImageFolder.Check"] = "`ocs data check`",
        ["ImageFolder.Pack"] = "`ocs data pack`",
        ["ImageFolderOptions.ValidationSplit"] = "validation-split (--validation-split)",
        ["LatencyTarget"] = "--target-latency",
        ["Models.All"] = "`ocs models`",
        ["Network.Save"] = "`ocs`",
        ["OcsFile"] = "`ocs`",
        ["OcsFile.Write"] = "`ocs export`",
        ["OneCycleOptions.Auto"] = "preset: auto",
        ["RunKind.Baseline"] = "`ocs baseline`",
        ["SkipBroken = true"] = "skip-broken: true (--skip-broken)",
        ["TrainerSetup.Teacher"] = "--teacher (distill.teacher)",
        ["WeightsOptions.NewClassifier"] = "`ocs train --reset-classifier` (reset-classifier: true)",
        ["batches"] = "--batches",
        ["classes"] = "--classes",
        ["dataRoot"] = "--data-root",
        ["folder"] = "--out",
        ["inputSize"] = "--input-size",
        ["outputs"] = "--outputs",
        ["profile"] = "--profile",
        ["replace"] = "--force",
        ["root"] = "--data-root",
        ["weights"] = "--weights",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Keys = ConfigurationKeys.Properties
        .Select(property => property.Name)
        .Distinct(StringComparer.Ordinal)
        .ToFrozenDictionary(name => name, OptionName.Of, StringComparer.Ordinal);

    // PhaseTiming: timing. If several properties have the type, the first one counts.
    private static readonly FrozenDictionary<string, string> KeysOfChoices = ConfigurationKeys.Properties
        .Select(property =>
            (Type: Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, property.Name))
        .Where(pair => pair.Type.IsEnum)
        .DistinctBy(pair => pair.Type.Name)
        .ToFrozenDictionary(pair => pair.Type.Name, pair => OptionName.Of(pair.Name), StringComparer.Ordinal);

    /// <summary>A library's sentence in the command's words.</summary>
    public static string Of(string text) =>
        text.Contains('`', StringComparison.Ordinal)
            ? Code().Replace(text, match => WordFor(match.Groups["code"].Value) ?? match.Value)
            : text;

    /// <summary>The command's word for an API name; null if there is none.</summary>
    public static string? WordFor(string code)
    {
        if (Remedies.TryGetValue(code, out var remedy))
        {
            return remedy;
        }

        // The folder is part of the command.
        const string Resume = "TrainingRun.Resume(";
        if (code.StartsWith(Resume, StringComparison.Ordinal))
        {
            return $"`ocs train --resume {ShellWord.Of(code[Resume.Length..^1])}`";
        }

        if (code.Split(" = ") is [var set, var value])
        {
            return Keys.TryGetValue(set, out var key) ? $"{key}: {OptionName.Of(value)}" : null;
        }

        return Keys.GetValueOrDefault(code)
            ?? (code.Split('.') is [var type, var choice] && KeysOfChoices.TryGetValue(type, out var name)
                ? $"{name} {OptionName.Of(choice)}"
                : null);
    }

    [GeneratedRegex(@"`(?<code>[A-Za-z]\w*(\.\w+)*( = \w+|\([^`]*\))?)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
