using System.Collections.Immutable;

namespace Ocs.Graphs;

/// <summary>What a pruned network remembers of its cut: which channels of the original stayed, and how they were chosen.</summary>
public sealed record PruningRecord
{
    /// <summary>The network that was cut, by its zoo name or file.</summary>
    public required string OriginalModel { get; init; }

    /// <summary>Every group of the original, frozen ones too.</summary>
    public required ImmutableArray<GroupRecord> Groups { get; init; }

    public required long MacsBefore { get; init; }

    public required long MacsAfter { get; init; }

    public required long ParametersBefore { get; init; }

    public required long ParametersAfter { get; init; }

    /// <summary>The fraction of the MACs that was to be removed.</summary>
    public required double Target { get; init; }

    /// <summary>t*, counted from 0; null when the cut did not wait for it.</summary>
    public int? StableEpoch { get; init; }

    /// <summary>The epoch before which the network was cut, counted from 0; null when it was not being trained.</summary>
    public int? CutEpoch { get; init; }

    /// <summary>t_sl-start, counted from 0.</summary>
    public int? SparsityStartEpoch { get; init; }

    public ulong? Seed { get; init; }

    /// <summary>The run's resolved options, as YAML.</summary>
    public string Options { get; init; } = "";
}

/// <summary>A group of the original network and the channels of it that stayed, ascending.</summary>
public sealed record GroupRecord(int Id, string Name, int Channels, ImmutableArray<int> Kept);
