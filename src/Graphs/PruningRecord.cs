using System.Collections.Immutable;

namespace Ocs.Graphs;

/// <summary>
/// The record of the cut of a pruned network: which channels of the original were kept, and how they were chosen.
/// </summary>
public sealed record PruningRecord
{
    /// <summary>The network that was cut, by its zoo name or file.</summary>
    public required string OriginalModel { get; init; }

    /// <summary>Every group of the original, frozen ones too.</summary>
    public required ImmutableArray<GroupRecord> Groups { get; init; }

    /// <summary>Multiply-accumulates of one sample before the cut.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of one sample after the cut.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>Trained values before the cut.</summary>
    public required long ParametersBefore { get; init; }

    /// <summary>Trained values after the cut.</summary>
    public required long ParametersAfter { get; init; }

    /// <summary>The fraction of the MACs that was to be removed.</summary>
    public required double Target { get; init; }

    /// <summary>t*, counted from 0; null when the cut did not wait for it.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>
    /// The epoch before which the network was cut, counted from 0; null when it was not being trained.
    /// </summary>
    public int? CutEpoch { get; init; }

    /// <summary>t_sl-start, counted from 0.</summary>
    public int? SparsityStartEpoch { get; init; }

    /// <summary>The seed of the run; null if there was none.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The run's resolved options, as YAML.</summary>
    public string Options { get; init; } = "";
}

/// <summary>A group of the original network, and which of its channels stayed.</summary>
/// <param name="Id">Its number in the network, from 0.</param>
/// <param name="Name">The layer that it is named after.</param>
/// <param name="Channels">Its channels in the original network.</param>
/// <param name="Kept">The indices of those that stayed, ascending.</param>
public sealed record GroupRecord(int Id, string Name, int Channels, ImmutableArray<int> Kept);
