namespace Ocs.Pruning.Surgery;

/// <summary>What the proof of a cut found.</summary>
/// <param name="OutputsEqual">
/// Whether the small network computes what the whole one does with its pruned channels zeroed.
/// </param>
/// <param name="LargestDifference">The largest difference of two outputs, relative to the largest output.</param>
/// <param name="Backward">Whether backward gives every parameter a gradient.</param>
/// <param name="Shapes">Whether the graph and the shapes of its parameters fit together.</param>
/// <param name="Reload">Whether saving and loading changes nothing.</param>
/// <param name="Macs">Whether the multiply-accumulates are as many as the search promised.</param>
/// <param name="Problem">What failed, and at which operator, in a sentence; null where nothing did.</param>
public sealed record GateResult(
    bool OutputsEqual,
    double LargestDifference,
    bool Backward,
    bool Shapes,
    bool Reload,
    bool Macs,
    string? Problem)
{
    /// <summary>
    /// What the comparison of outputs took as given: norms whose statistics a cut changes; null where there are none.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>
    /// Whether what was compared are numbers; false where weights or values of the whole network are NaN or infinite
    /// already.
    /// </summary>
    public bool IsFinite { get; init; } = true;

    /// <summary>Whether the cut is right.</summary>
    public bool Passed => OutputsEqual && Backward && Shapes && Reload && Macs;
}
