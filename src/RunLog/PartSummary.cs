namespace Ocs.RunLog;

/// <summary>
/// What a part of a network costs before and after the cut, such as a detector's backbone or its head.
/// </summary>
public sealed record PartSummary
{
    /// <summary>What the names of its layers begin with.</summary>
    public required string Name { get; init; }

    /// <summary>Multiply-accumulates of one sample before the cut.</summary>
    public required long MacsBefore { get; init; }

    /// <summary>Multiply-accumulates of one sample after the cut.</summary>
    public required long MacsAfter { get; init; }

    /// <summary>Trained values before the cut.</summary>
    public required long ParametersBefore { get; init; }

    /// <summary>Trained values after the cut.</summary>
    public required long ParametersAfter { get; init; }
}
