namespace Ocs.Formats;

/// <summary>How weights of a file are fitted to a network.</summary>
public sealed record WeightsOptions
{
    /// <summary>
    /// Whether weights with the network's names and fewer channels make the network as narrow as they are. Otherwise
    /// they are an error. A network that is read from a file itself keeps its channels.
    /// </summary>
    public bool AllowNarrower { get; init; } = true;

    /// <summary>
    /// Whether the last layer, which tells the classes apart, is drawn anew instead of being the file's. It is for
    /// other classes than the file's.
    /// </summary>
    public bool NewClassifier { get; init; }

    /// <summary>
    /// Where random weights are drawn from: those of a new last layer, and those of a network without a file of
    /// weights.
    /// </summary>
    public ulong Seed { get; init; }
}
