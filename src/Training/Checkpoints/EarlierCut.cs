using System.Collections.Immutable;
using Ocs.Graphs;
using Ocs.Pruning;

namespace Ocs.Training.Checkpoints;

/// <summary>
/// The cut that another run, with a smaller target, made before this run began. Targets and results refer to the whole
/// network.
/// </summary>
/// <param name="Record">All cuts so far as a single one from the whole network.</param>
/// <param name="Layers">The result for each layer.</param>
/// <param name="Left">The remaining fraction of the resource, in (0, 1].</param>
/// <param name="Seconds">Wall-clock time until then, which the runs share.</param>
internal sealed record EarlierCut(
    PruningRecord Record, ImmutableArray<LayerOutcome> Layers, double Left, double Seconds)
{
    /// <summary>Whether its parts exist. The check sum cannot show that.</summary>
    internal bool IsWhole =>
        !Layers.IsDefault && Layers.All(layer => layer is not null) && Left is > 0 and <= 1
        && !Record.Groups.IsDefault && Record.Groups.All(group => group is not null && !group.Kept.IsDefault);

    /// <summary>
    /// The options for the remaining network: their target and tolerance are converted from fractions of the whole
    /// network.
    /// </summary>
    public OneCycleOptions Remaining(OneCycleOptions options) => options with
    {
        Target = 1 - (1 - options.Target) / Left,
        TargetTolerance = options.TargetTolerance / Left,
    };

    /// <summary>A later cut, combined with the earlier ones into a single cut of the whole network.</summary>
    /// <param name="later">The record of the cut of the remaining network.</param>
    public PruningRecord With(PruningRecord later) => later with
    {
        OriginalModel = Record.OriginalModel,
        Groups = Composed(later.Groups),
        MacsBefore = Record.MacsBefore,
        ParametersBefore = Record.ParametersBefore,
        Target = 1 - (1 - later.Target) * Left,
    };

    /// <summary>The results for each layer of the whole network after this cut and a later one.</summary>
    public ImmutableArray<LayerOutcome> With(ImmutableArray<LayerOutcome> later)
    {
        var whole = Layers.ToLookup(layer => layer.Name, StringComparer.Ordinal);
        return
        [
            .. later.Select(layer => whole[layer.Name].FirstOrDefault() is { } before
                ? layer with { ChannelsBefore = before.ChannelsBefore, MacsBefore = before.MacsBefore }
                : layer),
        ];
    }

    // Groups of the narrower network are those of the whole one, in the same order: each keeps a channel at least.
    private ImmutableArray<GroupRecord> Composed(ImmutableArray<GroupRecord> later) =>
        later.Length == Record.Groups.Length
        && Record.Groups.Zip(later).All(pair => pair.First.Kept.Length == pair.Second.Channels
            && pair.Second.Kept.All(index => index >= 0 && index < pair.Second.Channels))
            ?
            [
                .. Record.Groups.Zip(later, (first, second) =>
                    first with { Kept = [.. second.Kept.Select(index => first.Kept[index])] }),
            ]
            : later;
}
