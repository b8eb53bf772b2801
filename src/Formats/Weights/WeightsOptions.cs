namespace Ocs.Formats;

/// <summary>How weights of a file are fitted to a network.</summary>
public sealed record WeightsOptions
{
    /// <summary>
    /// Whether weights with the network's names and fewer channels make the network as narrow. Otherwise they are an
    /// error. A network read from a file keeps its channels.
    /// </summary>
    public bool AllowNarrower { get; init; } = true;

    /// <summary>
    /// Whether the classifier (the last layer) is initialized randomly instead of read from the file, for other classes
    /// than the file's.
    /// </summary>
    public bool NewClassifier { get; init; }

    /// <summary>
    /// The seed of random weights: those of a new classifier, and those of a network without a file of weights.
    /// </summary>
    public ulong Seed { get; init; }
}
