using System.Collections.Immutable;
using System.CommandLine;
using Ocs.Cli.Output;

namespace Ocs.Cli.Commands;

/// <summary>Headings for the options in a command's help, if they fill more than a screen.</summary>
internal static class OptionGroups
{
    private const string Others = "Other options";

    private static readonly ImmutableArray<OptionGroup> Training =
    [
        new(
            "Network and data",
            "--model --data --data-root --weights --reset-classifier --teacher --outputs"),
        new(
            "Training",
            "--target --epochs --batch-size --learning-rate --precision --seed --set"),
        new("The run", "--out --force --resume --dry-run --profile"),
        new("Several runs", "--repeat --sweep"),
        new("Machine", "--threads --device --processes"),
    ];

    private static readonly ImmutableDictionary<string, ImmutableArray<OptionGroup>> Groups =
        new Dictionary<string, ImmutableArray<OptionGroup>>(StringComparer.Ordinal)
        {
            ["ocs train"] = Training,
            ["ocs baseline"] = Training,
            ["ocs prune"] =
            [
                new(
                    "How much to remove",
                    "--target --resource --target-latency --latency-batch --threads --runtime"),
                new("Which channels to remove", "--preset --saliency --scope --ranking --seed"),
                new(
                    "Which channels to keep",
                    "--minimum-channels --maximum-pruned --round-to --ignore --only --freeze --heads --groups"),
                new("Network", "--weights --classes --input-channels --input-size"),
                new("The output file", "--out --opset --fold-batch-norm"),
                new(
                    "Images for saliency taylor",
                    "--data --data-root --batches --image-size --resize --workers --skip-broken --validation-split"),
            ],
            ["ocs eval"] =
            [
                new("Network", "--weights --input-size"),
                new("Data", "--data --data-root --data-limit --normalization --ignored-value"),
                new("Images of a folder", "--image-size --resize --workers --skip-broken --validation-split"),
                new("Machine", "--runtime --threads --device"),
            ],
            ["ocs export"] =
            [
                new("Files", "--onnx --safetensors --pytorch"),
                new(
                    "How ONNX is written",
                    "--opset --fold-batch-norm --external-data --float16 --float32 --int8 --detections"),
                new(
                    "int8",
                    "--calibration --exclude --data --data-root --data-limit --image-size --resize --workers "
                    + "--skip-broken --validation-split"),
                new("Network and machine", "--weights --classes --input-channels --input-size --threads"),
            ],
            ["ocs quantize"] =
            [
                new("The output file", "--out --opset"),
                new("Calibration", "--calibration --exclude --data --data-root --data-limit"),
                new("Images of a folder", "--image-size --resize --workers --skip-broken --validation-split"),
                new("Network and machine", "--weights --input-size --threads"),
            ],
        }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>Each heading with its options; empty if all options are in one list.</summary>
    public static IReadOnlyList<(string Heading, IReadOnlyList<Option> Options)> Of(Command command)
    {
        if (!Groups.TryGetValue(CommandHelp.NameOf(command), out var groups))
        {
            return [];
        }

        var options = CommandHelp.OptionsOf(command).Where(option => !option.Hidden).ToList();
        return
        [
            .. groups.Select(group => (group.Heading, (IReadOnlyList<Option>)
                [.. group.Names.Select(name => options.First(option => option.Name == name))])),
            (Others, [.. options.Where(option => !groups.Any(group => group.Names.Contains(option.Name)))]),
        ];
    }
}

/// <summary>Options under one heading.</summary>
/// <param name="heading">The heading.</param>
/// <param name="names">The names, separated by spaces.</param>
internal sealed class OptionGroup(string heading, string names)
{
    public string Heading { get; } = heading;

    public ImmutableArray<string> Names { get; } = [.. names.Split(' ')];
}
