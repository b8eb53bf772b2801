namespace Ocs.Core;

/// <summary>
/// Leaves out slow candidates: one whose shortest run is longer than <paramref name="Factor"/> times the fastest's
/// takes no more turns. The trial ends early when one candidate is left.
/// </summary>
/// <param name="After">
/// Timed turns that all candidates take. More than one: in a single turn something else may have held a candidate up.
/// </param>
/// <param name="Factor">At least 1.</param>
internal sealed record DropOut(int After, double Factor);
