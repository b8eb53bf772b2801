using Ocs.RunLog;

namespace Ocs.Reporting.Html;

/// <summary>The result of a run in words.</summary>
internal static class Verdict
{
    public static string Of(RunFolder run) => run.Summary switch
    {
        null => Unfinished(run),
        { Gate.Passed: false } => "The cut did not pass its checks and was rolled back: the network is whole.",
        { Kind: RunKind.Baseline } summary => $"A run without pruning. {Accuracy(summary)}",
        var summary when summary.MacsAfter >= summary.MacsBefore =>
            $"Nothing was cut: {NoCut(summary)}. {Accuracy(summary)}",
        var summary => $"{Cut(summary)} {Accuracy(summary)} {When(summary)}".TrimEnd(),
    };

    /// <summary>The standard error of an accuracy over a number of samples.</summary>
    public static double? StandardError(double? accuracy, int? samples) =>
        accuracy is double a && samples is int n and > 0 ? Math.Sqrt(Math.Max(0, a * (1 - a)) / n) : null;

    private static string Unfinished(RunFolder run)
    {
        if (run.Records.IsEmpty)
        {
            return "The run has not finished its first epoch yet.";
        }

        var last = run.Records[^1];
        var accuracy = last.ValAccuracy is not null
            ? $" Validation accuracy so far: {Wording.Percent(last.ValAccuracy)}."
            : last.ValMetrics is { } metrics ? $" Measured so far: {Wording.Metrics(metrics)}."
            : "";
        return $"The run is not finished: {Wording.Plural(run.Records.Length, "epoch")} so far, "
            + $"now in {Wording.Phase(last.Phase)}.{accuracy}{Forecast(last)}";
    }

    private static string Forecast(RunRecord last)
    {
        string[] parts =
        [
            .. last is { Forecast.StableEpoch: int stable, Phase: not RunPhase.Final }
                ? [$"the cut at about epoch {stable}"]
                : Array.Empty<string>(),
            .. last.Forecast?.Macs is long macs ? [$"{Wording.Count(macs)} MACs at the end"] : Array.Empty<string>(),
            .. last.Forecast?.SecondsLeft is double left
                ? [$"about {Wording.Duration(left)} to go"]
                : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "" : $" Forecast: {string.Join(", ", parts)}.";
    }

    private static string Cut(RunSummary summary)
    {
        var target = summary.Target is double t ? $" (target {Wording.Percent(t, 0)})" : "";
        return $"{Removed(summary.MacsBefore, summary.MacsAfter)} of the multiply-accumulates{target} and "
            + $"{Removed(summary.ParametersBefore, summary.ParametersAfter)} of the parameters are removed.";
    }

    private static string NoCut(RunSummary summary) => summary.CutEpoch is null
        ? "the run ended before the cut"
        : "the search kept every channel";

    private static string Accuracy(RunSummary summary)
    {
        var samples = summary.TestSamples is int n ? $" on {Wording.Whole(n)} validation samples" : "";
        if (summary.ValAccuracy is not double accuracy)
        {
            return summary.ValMetrics is { } metrics
                ? $"Measured{samples}: {Wording.Metrics(metrics)}."
                : "No accuracy was measured.";
        }

        if (summary.Baseline?.ValAccuracy is not double twin)
        {
            return summary.Kind == RunKind.Train
                ? $"Accuracy is {Wording.Percent(accuracy)}{samples}; no unpruned twin was trained to compare it with."
                : $"Accuracy is {Wording.Percent(accuracy)}{samples}.";
        }

        var difference = accuracy - twin;
        var side = difference < 0 ? "below" : "above";
        var words = Math.Abs(difference) < 5e-5
            ? "the same as the unpruned twin’s"
            : $"{Wording.Fixed(Math.Abs(difference) * 100, 2)} points {side} the unpruned twin’s "
                + $"{Wording.Percent(twin)}";
        return $"Accuracy is {Wording.Percent(accuracy)}{samples}, {words}{Noise(summary, twin)}.";
    }

    /// <summary>A remark if the difference of two runs is within sampling noise.</summary>
    private static string Noise(RunSummary summary, double twin)
    {
        var own = StandardError(summary.ValAccuracy, summary.TestSamples);
        var other = StandardError(twin, summary.TestSamples);
        if (own is null || other is null)
        {
            return "";
        }

        var error = 2 * Math.Sqrt((own.Value * own.Value) + (other.Value * other.Value));
        return Math.Abs(summary.ValAccuracy!.Value - twin) <= error
            ? $"; on so many samples a difference below {Wording.Fixed(error * 100, 2)} points may be chance"
            : "";
    }

    private static string When(RunSummary summary) => summary.CutEpoch is int cut && summary.Epochs > cut
        ? $"The network was cut at epoch {cut} of {summary.Epochs}; "
            + $"the remaining network trained for the other {Wording.Plural(summary.Epochs - cut, "epoch")}."
        : "";

    private static string Removed(long before, long after) =>
        Wording.Percent(before > 0 ? 1 - (double)after / before : 0, 1);
}
