using System.Collections.Immutable;
using System.CommandLine;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Formats;
using Ocs.Pruning.Coupling;

namespace Ocs.Cli.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    public static Argument<string> Model() => new("MODEL")
    {
        Description = "A network of the zoo (`ocs models` lists them), an .ocs or an .onnx file.",
        HelpName = "MODEL",
        CompletionSources = { Values.Networks },
    };

    public static Option<string?> InputSize() => new("--input-size")
    {
        Description = "Channels, height and width of the images, "
            + "for a zoo network or an .onnx file that leaves them open.",
        HelpName = "CxHxW",
    };

    public static Option<int?> Opset() => new("--opset")
    {
        Description = $"ONNX's operator set, {OnnxOptions.LowestOpset} to {OnnxOptions.HighestOpset} "
            + $"(default: the ONNX file's own, else {OnnxOptions.UsualOpset}).",
        HelpName = "N",
    };

    public static Option<string?> Weights() => new("--weights")
    {
        Description = "A file of weights: safetensors, PyTorch, TorchSharp or .ocs. "
            + "FILE:KEY takes a part of a checkpoint. Weights of a pruned zoo network make it narrower.",
        HelpName = "FILE",
        CompletionSources = { Values.Weights },
    };

    public static Option<int?> Classes() => new("--classes")
    {
        Description = "Number of classes of a zoo network (default: as published).",
        HelpName = "N",
    };

    public static Option<int?> InputChannels() => new("--input-channels")
    {
        Description = "Image channels of a zoo network: 1 or 3 (default: 3). Grey images of small networks are 28x28.",
        HelpName = "N",
    };

    public static Option<int?> Threads() => new("--threads")
    {
        Description = "Number of threads (default: $OMP_NUM_THREADS, or one per core).",
        HelpName = "N",
    };

    public static Option<string?> DataRoot() => new("--data-root")
    {
        Description = "The first folder to look for data sets in (default: $OCS_DATA).",
        HelpName = "DIR",
        CompletionSources = { PathValues.Folders },
    };

    public static Option<string?> Device() => new("--device")
    {
        Description = "The processor: cpu (default), cuda or cuda:N.",
        HelpName = "DEVICE",
        CompletionSources = { Values.Words("cpu", "cuda") },
    };

    public static Option<string[]> Ignore() => new("--ignore")
    {
        Description = "Does not cut groups with slices in a layer or parameter of this name (*, ?). May be repeated.",
        HelpName = "PATTERN",
    };

    public static Option<string?> Heads() => new("--heads")
    {
        Description = "What is removed from attention: whole heads, or the same-index of every head "
            + "(default: the network's own policy).",
        HelpName = "POLICY",
        CompletionSources = { Values.Of<CouplingPolicy>() },
    };

    public static Option<string?> Groups() => new("--groups")
    {
        Description = "What is removed from grouped layers: the same-index of every group, "
            + "or whole groups (default: the network's own policy).",
        HelpName = "POLICY",
        CompletionSources = { Values.Of<CouplingPolicy>() },
    };

    public static Option<string[]> Freeze() => new("--freeze")
    {
        Description =
            $"Does not cut groups of these kinds: {string.Join(',', Choices.Names<GroupKind>())}. May be repeated.",
        HelpName = "KINDS",
        CompletionSources = { Values.ListOf<GroupKind>() },
    };

    /// <summary>The policy given by an option; null if absent.</summary>
    public static CouplingPolicy? Policy(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } name ? Choices.Named<CouplingPolicy>(option.Name, name) : null;

    /// <summary>The kinds given by an option, separated by commas or by repeated options.</summary>
    public static ImmutableArray<GroupKind> Kinds(ParseResult parsed, Option<string[]> option) =>
    [
        .. (parsed.GetValue(option) ?? [])
            .SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries))
            .Where(name => name.Length > 0)
            .Select(name => Choices.Named<GroupKind>(option.Name, name)),
    ];

    public static Option<string[]> Only() => new("--only")
    {
        Description = "Cuts only groups with all slices in layers or parameters of this name (*, ?). May be repeated.",
        HelpName = "PATTERN",
    };
}
