using System.Globalization;
using Ocs.Cli.Configuration;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training;

namespace Ocs.Cli.Output;

/// <summary>The texts of a training's display: the line of an epoch, and the live rows. What does not fit is left out, the least important first.</summary>
internal static class TrainingText
{
    private const int LongestLine = 100;
    private const int LongestBar = 24;
    private const int ShortestBar = 6;

    /// <summary>The line of an epoch, counted from 0 as in the run's files; accuracy and val loss are those of held-out images.</summary>
    public static string Epoch(RunRecord record, int columns) => TextWidth.Fit(
        [
            string.Create(CultureInfo.InvariantCulture, $"epoch {record.Epoch,3}  {KebabCase.Of(record.Phase.ToString()),-8}"),
            $"accuracy {Numbers.Percent(record.ValAccuracy)}",
            $"loss {Numbers.Loss(record.TrainLoss)}",
            Stability(record.JAvg),
            string.Create(CultureInfo.InvariantCulture, $"lr {record.Lr:0.#####}"),
            Numbers.Duration(record.Seconds),
            Rate(record.ImagesPerSecond),
            record.ValLoss is { } loss ? $"val loss {Numbers.Loss(loss)}" : null,
            Strength(record.Lambda),
        ],
        Math.Min(columns, LongestLine));

    /// <summary>Where the run is, and how long it will take; how it does, and when and to what it will be cut.</summary>
    public static IReadOnlyList<string> Progress(StepProgress progress, int columns, bool hasUnicode)
    {
        var before = $"epoch {progress.Epoch} ({progress.Epoch + 1} of {progress.Epochs})";
        var after = TextWidth.Fit(
            [
                $"step {progress.Step}/{progress.Steps}",
                $"{Numbers.Duration(progress.Remaining.TotalSeconds)} left",
                KebabCase.Of(progress.Phase.ToString()),
            ],
            Math.Max(0, columns - before.Length - 2));
        var room = Math.Min(LongestBar, columns - before.Length - after.Length - 4);
        var bar = room < ShortestBar ? "" : "  " + Bar(room, progress, hasUnicode);
        return
        [
            $"{before}{bar}  {after}",
            TextWidth.Fit(
                [
                    $"  training loss {Numbers.Loss(progress.Loss)}",
                    $"accuracy {Numbers.Percent(progress.Accuracy)}",
                    Rate(progress.ImagesPerSecond),
                    Stability(progress.AverageJ),
                    .. Forecast(progress),
                    Strength(progress.Lambda),
                ],
                columns),
        ];
    }

    private static string Bar(int length, StepProgress progress, bool hasUnicode)
    {
        var done = (int)((long)length * progress.Step / Math.Max(progress.Steps, 1));
        return new string(hasUnicode ? '━' : '#', done) + new string(hasUnicode ? '─' : '-', length - done);
    }

    private static IEnumerable<string> Forecast(StepProgress progress) => progress is not { Phase: Phase.Sparsity, PredictedMacs: { } macs }
        ? []
        : [progress.PredictedStableEpoch is { } epoch ? $"t* about {epoch}" : "t* not foreseeable yet", $"then {Numbers.Short(macs)} MACs"];

    private static string Rate(double imagesPerSecond) => string.Create(CultureInfo.InvariantCulture, $"{imagesPerSecond:0} images/s");

    private static string? Stability(double? average) =>
        average is { } value ? string.Create(CultureInfo.InvariantCulture, $"J_avg {value:0.0000}") : null;

    private static string? Strength(double? lambda) =>
        lambda is { } value ? string.Create(CultureInfo.InvariantCulture, $"lambda {value:0.#####}") : null;
}
