namespace Ocs.RunLog;

/// <summary>Median times of inference on the run's machine.</summary>
public sealed record LatencySummary
{
    /// <summary>The runtime and its version.</summary>
    public required string Runtime { get; init; }

    /// <summary>Images in a batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads that computed.</summary>
    public required int Threads { get; init; }

    /// <summary>The time of the whole network.</summary>
    public required double SecondsBefore { get; init; }

    /// <summary>The time of the cut network.</summary>
    public required double SecondsAfter { get; init; }
}
