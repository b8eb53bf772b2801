using Microsoft.Extensions.Logging;
using Ocs.RunLog;

namespace Ocs.Training.Telemetry;

/// <summary>Log messages of a training. Event ids must not change: applications filter by them.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(
        1000, LogLevel.Information,
        "Training of {Model} began: {Epochs} epochs of {Steps} steps, {Macs:N0} MACs, {Parameters:N0} parameters, seed "
        + "{Seed}.")]
    public static partial void RunBegan(
        this ILogger log, string model, int epochs, int steps, long macs, long parameters, ulong seed);

    [LoggerMessage(1001, LogLevel.Information, "Training of {Model} continues from epoch {Epoch}, step {Step}.")]
    public static partial void RunResumed(this ILogger log, string model, int epoch, int step);

    [LoggerMessage(
        1002, LogLevel.Information,
        "Training of {Model} ended after {Epochs} epochs and {Seconds:F1} s: {Metric} {Value:F4}, {Macs:N0} MACs.")]
    public static partial void RunEnded(
        this ILogger log, string model, int epochs, double seconds, string metric, double? value, long macs);

    [LoggerMessage(
        1003, LogLevel.Information, "Training of {Model} was stopped after {Epochs} epochs and {Steps} steps.")]
    public static partial void RunStopped(this ILogger log, string model, int epochs, int steps);

    [LoggerMessage(1004, LogLevel.Error, "Training of {Model} failed in epoch {Epoch}.")]
    public static partial void RunFailed(this ILogger log, Exception error, string model, int epoch);

    [LoggerMessage(
        1010, LogLevel.Information,
        "Epoch {Epoch} ({Phase}): training loss {TrainLoss:F4}, validation loss {ValLoss:F4}, {Metric} {Value:F4}, "
        + "learning rate {LearningRate:G3}, {Macs:N0} MACs, {SamplesPerSecond:F0} samples/s, {Seconds:F1} s.")]
    public static partial void EpochEnded(
        this ILogger log, int epoch, RunPhase phase, double trainLoss, double valLoss, string metric, double value,
        double learningRate, long macs, double samplesPerSecond, double seconds);

    [LoggerMessage(1020, LogLevel.Information, "{Choice}")]
    public static partial void LayoutChosen(this ILogger log, string choice);

    [LoggerMessage(1021, LogLevel.Warning, "{Reason}")]
    public static partial void PrecisionLeftOut(this ILogger log, string reason);

    [LoggerMessage(1022, LogLevel.Information, "{Reason}")]
    public static partial void StepsTakenOtherwise(this ILogger log, string reason);

    [LoggerMessage(1023, LogLevel.Information, "{Choice}")]
    public static partial void RankingChosen(this ILogger log, string choice);

    [LoggerMessage(
        1030, LogLevel.Information,
        "{Model} was cut before epoch {Epoch}: {MacsBefore:N0} to {MacsAfter:N0} MACs, {Metric} {Before:F4} to "
        + "{After:F4}.")]
    public static partial void CutMade(
        this ILogger log, string model, int epoch, long macsBefore, long macsAfter, string metric, double before,
        double after);

    [LoggerMessage(
        1031, LogLevel.Information,
        "The cut is proven: outputs differ by {LargestDifference:G2} of the largest at most.")]
    public static partial void GatePassed(this ILogger log, double largestDifference);

    [LoggerMessage(1032, LogLevel.Error, "The cut is not proven right, and the whole network is kept: {Problem}")]
    public static partial void GateFailed(this ILogger log, string? problem);

    [LoggerMessage(1033, LogLevel.Information, "The cut network was repaired: {Metric} {Before:F4} to {After:F4}.")]
    public static partial void CutRepaired(this ILogger log, string metric, double before, double after);

    [LoggerMessage(1040, LogLevel.Debug, "The checkpoint of epoch {Epoch}, step {Step} was written to {Folder}.")]
    public static partial void CheckpointWritten(this ILogger log, int epoch, int step, string folder);

    [LoggerMessage(1041, LogLevel.Warning, "{Problem}")]
    public static partial void WritePutOff(this ILogger log, string problem);

    [LoggerMessage(1042, LogLevel.Warning, "{Notice}")]
    public static partial void FolderNotice(this ILogger log, string notice);

    [LoggerMessage(1050, LogLevel.Warning, "{Remark}")]
    public static partial void TargetRemark(this ILogger log, string remark);

    [LoggerMessage(1051, LogLevel.Warning, "{Warning}")]
    public static partial void CutAtTheEnd(this ILogger log, string warning);

    [LoggerMessage(1052, LogLevel.Warning, "{Problem}")]
    public static partial void Collapsed(this ILogger log, string problem);

    [LoggerMessage(1053, LogLevel.Warning, "{Drift}")]
    public static partial void ProcessesDrifted(this ILogger log, string drift);

    [LoggerMessage(1054, LogLevel.Information, "{Sentence}")]
    public static partial void BudgetContinued(this ILogger log, string sentence);
}
