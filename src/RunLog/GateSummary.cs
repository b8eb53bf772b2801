namespace Ocs.RunLog;

/// <summary>The checks of the prune-proof gate at the cut.</summary>
public sealed record GateSummary
{
    /// <summary>The cut network's outputs equal those of the whole network with the pruned channels zeroed.</summary>
    public required bool OutputsEqual { get; init; }

    /// <summary>Largest difference between those outputs, relative to the largest output.</summary>
    public double? LargestDifference { get; init; }

    /// <summary>A backward pass ran and every gradient is finite.</summary>
    public required bool Backward { get; init; }

    /// <summary>All shapes in the cut graph are valid.</summary>
    public required bool Shapes { get; init; }

    /// <summary>After saving and loading, the network gives identical outputs.</summary>
    public required bool Reload { get; init; }

    /// <summary>The network has the cost that the search promised.</summary>
    public required bool Macs { get; init; }

    /// <summary>All of the above.</summary>
    public required bool Passed { get; init; }
}
