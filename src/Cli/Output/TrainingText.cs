using System.Globalization;
using Ocs.Pruning;
using Ocs.RunLog;
using Ocs.Training;

namespace Ocs.Cli.Output;

/// <summary>The texts of a training's display: the line of an epoch, and the live rows.</summary>
internal static class TrainingText
{
    private const int LongestRow = 40;
    private const int BarLength = 20;

    /// <summary>
    /// The line of an epoch, counted from 0 as in the run's files; accuracy and val loss are those of held-out images.
    /// </summary>
    /// <remarks>Fields that do not fit are dropped, the least important first.</remarks>
    public static string Epoch(RunRecord record, int columns) => TextWidth.Fit(
        [
            string.Create(
                CultureInfo.InvariantCulture, $"epoch {record.Epoch,3}  {OptionName.Of(record.Phase.ToString()),-8}"),
            record.ValMetrics is { } metrics
                ? string.Join("  ", metrics.Select(metric =>
                    string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:0.0000}")))
                : $"accuracy {Numbers.Percent(record.ValAccuracy)}",
            record.ValTop5Accuracy is { } top5 ? $"top-5 {Numbers.Percent(top5)}" : null,
            $"loss {Numbers.Loss(record.TrainLoss)}",
            Stability(record.JAvg),
            string.Create(CultureInfo.InvariantCulture, $"lr {record.Lr:0.#####}"),
            Numbers.Duration(record.Seconds),
            Rate(record.ImagesPerSecond),
            record.ValLoss is { } loss ? $"val loss {Numbers.Loss(loss)}" : null,
            Strength(record.Lambda),
        ],
        columns);

    /// <summary>The live rows: position, metrics, remaining time, and the expected cut.</summary>
    /// <remarks>
    /// Rows are short: a narrowed window breaks long ones, and a terminal may move their first part into its history.
    /// </remarks>
    public static IReadOnlyList<string> Progress(TrainingProgress progress, int columns, bool hasUnicode)
    {
        string?[] rows =
        [
            $"epoch {progress.Epoch} ({progress.Epoch + 1} of {progress.Epochs}), "
            + $"{OptionName.Of(progress.Phase.ToString())}",
            $"{Bar(progress, hasUnicode)} step {progress.Step}/{progress.Steps}",
            $"loss {Numbers.Loss(progress.Loss)}"
                + (progress.Score is { } score ? $", accuracy {Numbers.Percent(score)}" : ""),
            $"{Rate(progress.SamplesPerSecond)}, {Numbers.Duration(progress.Remaining.TotalSeconds)} left",
            string.Join(", ", new[] { Stability(progress.AverageJ), Strength(progress.Lambda) }.OfType<string>()),
            Forecast(progress),
        ];
        return
        [
            .. rows.Where(row => !string.IsNullOrEmpty(row))
                .Select(row => TextWidth.Cut($"  {row}", Math.Min(columns, LongestRow))),
        ];
    }

    private static string Bar(TrainingProgress progress, bool hasUnicode)
    {
        var done = (int)((long)BarLength * progress.Step / Math.Max(progress.Steps, 1));
        return new string(hasUnicode ? '━' : '#', done) + new string(hasUnicode ? '─' : '-', BarLength - done);
    }

    private static string? Forecast(TrainingProgress progress) =>
        progress is not { Phase: Phase.Sparsity, PredictedMacs: { } macs }
        ? null
        : $"t* {(progress.PredictedStableEpoch is { } epoch ? $"about {epoch}" : "not foreseeable")}, "
            + $"then {Numbers.Short(macs)} MACs";

    private static string Rate(double imagesPerSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"{imagesPerSecond:0} images/s");

    private static string? Stability(double? average) =>
        average is { } value ? string.Create(CultureInfo.InvariantCulture, $"J_avg {value:0.0000}") : null;

    private static string? Strength(double? lambda) =>
        lambda is { } value ? string.Create(CultureInfo.InvariantCulture, $"lambda {value:0.#####}") : null;
}
