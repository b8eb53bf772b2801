namespace Ocs.RunLog;

/// <summary>A layer's output channels and cost before and after the cut.</summary>
public sealed record LayerSummary
{
    /// <summary>The name of the node in the network.</summary>
    public required string Name { get; init; }

    /// <summary>The parameter whose rows are the channels.</summary>
    public string? Parameter { get; init; }

    /// <summary>Output channels before the cut.</summary>
    public required int ChannelsBefore { get; init; }

    /// <summary>Output channels after the cut.</summary>
    public required int ChannelsAfter { get; init; }

    /// <summary>Multiply-accumulates of one sample before the cut.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of one sample after the cut.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>The result for the layer.</summary>
    public required LayerStatus Status { get; init; }

    /// <summary>Why it was not cut, or not more, in one sentence.</summary>
    public string? Reason { get; init; }
}
