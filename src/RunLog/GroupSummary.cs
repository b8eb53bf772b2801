using System.Collections.Immutable;

namespace Ocs.RunLog;

/// <summary>A group: its channels in the original network, and the indices of the kept ones.</summary>
public sealed record GroupSummary
{
    /// <summary>The number of the group in its network, from 0.</summary>
    public required int Id { get; init; }

    /// <summary>The name of the layer that makes the channels.</summary>
    public required string Name { get; init; }

    /// <summary>Channels of the original network.</summary>
    public required int Channels { get; init; }

    /// <summary>Indices of the kept channels in the original network, ascending.</summary>
    public required ImmutableArray<int> Kept { get; init; }

    /// <summary>Why the group can't be cut; null if it can.</summary>
    public string? FrozenReason { get; init; }

    /// <summary>Multiply-accumulates of the layers that the group has channels in, before the cut.</summary>
    public long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of these layers after the cut.</summary>
    public long MacsAfter { get; init; }
}
