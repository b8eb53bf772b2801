using System.CommandLine;
using System.Globalization;
using Ocs.Cli.Completing;
using Ocs.Cli.Configuration;
using Ocs.Pruning;
using Ocs.Pruning.Latency;
using Ocs.Pruning.Saliency;

namespace Ocs.Cli.Commands;

/// <summary>
/// The options of `ocs prune` for the search: saliency, ranking, resource and limits, over those of a preset.
/// </summary>
internal sealed class PruningChoices
{
    private readonly Option<double?> _target = new("--target")
    {
        Description = "The fraction of the resource to remove, between 0 and 1.",
        HelpName = "FRACTION",
    };

    private readonly Option<string> _preset = new("--preset")
    {
        Description = "The preset of the cut: auto (default), "
            + "paper, which ranks all channels together, or official, the authors' program.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "auto",
        CompletionSources = { Values.Of<Preset>() },
    };

    private readonly Option<string?> _saliency = new("--saliency")
    {
        Description = $"The criterion that ranks channels: {string.Join(", ", Choices.Names<SaliencyKind>())}.",
        HelpName = "NAME",
        CompletionSources = { Values.Of<SaliencyKind>() },
    };

    private readonly Option<string?> _scope = new("--scope")
    {
        Description = "The weights that count: group, all slices of a channel, or single-layer.",
        HelpName = "NAME",
        CompletionSources = { Values.Of<SaliencyScope>() },
    };

    private readonly Option<string?> _ranking = new("--ranking")
    {
        Description = "Which channels are compared: all (global), or each group's (per-group) or shape's (isomorphic), "
            + "which then lose the same fraction. A single cut has no trial: `auto` is isomorphic.",
        HelpName = "NAME",
        CompletionSources = { Values.Of<Ranking>() },
    };

    private readonly Option<string?> _resource = new("--resource")
    {
        Description = "What the target counts: macs, parameters, memory (activations alive at once) or operations "
            + "(as the authors' program).",
        HelpName = "NAME",
        CompletionSources = { Values.Of<Resource>() },
    };

    private readonly Option<int?> _minimum = new("--minimum-channels")
    {
        Description = "The least number of channels of each group.",
        HelpName = "N",
    };

    private readonly Option<string[]> _maximum = new("--maximum-pruned")
    {
        Description = "The largest fraction of a group to remove; PATTERN=FRACTION for the groups of some layers. "
            + "May be repeated.",
        HelpName = "FRACTION",
    };

    private readonly Option<string?> _roundTo = new("--round-to")
    {
        Description = "Groups keep a multiple of N channels, rounded up, or all; "
            + "auto (default): 16, and less in groups of fewer than 32.",
        HelpName = "N",
        CompletionSources = { Values.Words(AutomaticAttribute.Word) },
    };

    private readonly Option<string[]> _ignore = CommonOptions.Ignore();
    private readonly Option<string[]> _only = CommonOptions.Only();
    private readonly Option<string[]> _freeze = CommonOptions.Freeze();
    private readonly Option<string?> _heads = CommonOptions.Heads();
    private readonly Option<string?> _groups = CommonOptions.Groups();

    private readonly Option<ulong?> _seed = new("--seed")
    {
        Description = "The seed of saliency random.",
        HelpName = "N",
    };

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All =>
    [
        _target, _preset, _saliency, _scope, _ranking, _resource, _minimum, _maximum, _roundTo, _ignore, _only,
        _freeze, _heads, _groups, _seed,
    ];

    /// <summary>The chosen options. The target is a fraction unless it is a latency.</summary>
    public OneCycleOptions Of(ParseResult parsed, LatencyTarget? latency)
    {
        if (parsed.GetValue(_target) is null == latency is null)
        {
            throw new OcsInputException(latency is null
                ? "`ocs prune` needs --target or --target-latency; `ocs prune --help` shows what it takes."
                : "--target and --target-latency are two budgets; give one of them.");
        }

        var preset = Choices.Named<Preset>("--preset", parsed.GetRequiredValue(_preset)).Pruning();
        var limits = parsed.GetValue(_maximum) ?? [];
        return preset with
        {
            Target = parsed.GetValue(_target) ?? preset.Target,
            Saliency = Choice(parsed, _saliency, preset.Saliency),
            SaliencySeed = parsed.GetValue(_seed) ?? preset.SaliencySeed,
            Scope = Choice(parsed, _scope, preset.Scope),
            Ranking = Choice(parsed, _ranking, preset.Ranking),
            Resource = Choice(parsed, _resource, preset.Resource),
            MinimumChannels = parsed.GetValue(_minimum) ?? preset.MinimumChannels,
            MaximumPruned = limits
                .Where(limit => !IsPattern(limit))
                .Select(Fraction)
                .LastOrDefault(preset.MaximumPruned),
            MaximumPrunedOf = [.. limits.Where(IsPattern)],
            RoundTo = parsed.GetValue(_roundTo) is { } multiple ? Multiple(multiple) : preset.RoundTo,
            Ignore = [.. parsed.GetValue(_ignore) ?? []],
            Only = [.. parsed.GetValue(_only) ?? []],
            Freeze = CommonOptions.Kinds(parsed, _freeze),
            Heads = CommonOptions.Policy(parsed, _heads),
            Groups = CommonOptions.Policy(parsed, _groups),
        };
    }

    private static T Choice<T>(ParseResult parsed, Option<string?> option, T preset)
        where T : struct, Enum => parsed.GetValue(option) is { } name ? Choices.Named<T>(option.Name, name) : preset;

    private static bool IsPattern(string limit) => limit.Contains('=', StringComparison.Ordinal);

    private static int? Multiple(string text) => text == AutomaticAttribute.Word ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var multiple) ? multiple
        : throw new OcsInputException($"--round-to must be a whole number or auto, but is '{text}'.");

    private static double Fraction(string limit) =>
        double.TryParse(limit, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction)
            ? fraction
            : throw new OcsInputException(
                "--maximum-pruned takes a fraction, or PATTERN=FRACTION such as layer1.*=0.5, "
                + $"but was given '{limit}'.");
}
