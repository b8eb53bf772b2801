namespace Ocs.RunLog;

/// <summary>The cost of a part of a network before and after the cut, such as a detector's backbone or head.</summary>
public sealed record PartSummary
{
    /// <summary>The prefix of its layers' names.</summary>
    public required string Name { get; init; }

    /// <summary>Multiply-accumulates of one sample before the cut.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of one sample after the cut.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>Parameters before the cut.</summary>
    public required long ParametersBefore { get; init; }

    /// <summary>Parameters after the cut.</summary>
    public required long ParametersAfter { get; init; }
}
