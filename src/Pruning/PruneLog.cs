using Microsoft.Extensions.Logging;

namespace Ocs.Pruning;

/// <summary>
/// What the cut of a trained network writes into an application's log. Numbers of events stay what they are:
/// applications filter by them.
/// </summary>
internal static partial class PruneLog
{
    [LoggerMessage(
        3000, LogLevel.Information,
        "{Model} takes {WholeSeconds:G4} s in {Clock}, and {NarrowestSeconds:G4} s without every channel that "
        + "may leave.")]
    public static partial void WholeTimed(
        this ILogger log, string model, string clock, double wholeSeconds, double narrowestSeconds);

    [LoggerMessage(
        3001, LogLevel.Information,
        "A cut in multiples of {Multiple} channels with {Macs:N0} MACs takes {Seconds:G4} s; {PredictedSeconds:G4} "
        + "s were predicted.")]
    public static partial void CutTimed(
        this ILogger log, int? multiple, long macs, double seconds, double predictedSeconds);

    [LoggerMessage(
        3002, LogLevel.Information,
        "{Model} was cut, {MacsBefore:N0} to {MacsAfter:N0} MACs. The cut is proven: outputs differ by "
        + "{LargestDifference:G2} of the largest at most.")]
    public static partial void NetworkCut(
        this ILogger log, string model, long macsBefore, long macsAfter, double largestDifference);

    [LoggerMessage(3003, LogLevel.Error, "A cut of {Model} is not proven right, and was not made: {Problem}")]
    public static partial void CutNotProven(this ILogger log, string model, string? problem);
}
