namespace Ocs.Pruning.Surgery;

/// <summary>The result of the proof of a cut.</summary>
/// <param name="OutputsEqual">
/// Whether the small network computes the same as the whole one with its pruned channels zeroed.
/// </param>
/// <param name="LargestDifference">The largest difference of two outputs, relative to the largest output.</param>
/// <param name="Backward">Whether backward gives every parameter a gradient.</param>
/// <param name="Shapes">Whether the graph and the shapes of its parameters fit together.</param>
/// <param name="Reload">Whether saving and loading changes nothing.</param>
/// <param name="Macs">Whether the multiply-accumulates are as many as the search promised.</param>
/// <param name="Problem">One sentence on what failed, and at which operator; null if nothing failed.</param>
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
    /// A remark on the comparison of outputs: norms whose statistics a cut changes. Null if there are none.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>
    /// Whether all compared values are finite. It is false if weights or values of the whole network are NaN or
    /// infinite.
    /// </summary>
    public bool IsFinite { get; init; } = true;

    /// <summary>Whether the cut is right.</summary>
    public bool Passed => OutputsEqual && Backward && Shapes && Reload && Macs;
}
